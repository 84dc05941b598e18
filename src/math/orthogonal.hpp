// Random orthogonal matrices.
#pragma once

#include "core/matrix_view.hpp"

namespace plumb::math {

/// Replaces a (rows, cols) matrix of independent standard normals by one with orthonormal columns
/// (rows >= cols) or orthonormal rows (rows < cols), uniform over such matrices: the Q of its QR
/// decomposition with the signs of R's diagonal made positive (Mezzadri 2007, Notices AMS 54(5)).
/// Throws std::runtime_error when LAPACK reports a failure.
void orthonormalise(core::MatrixView<double> matrix);

}  // namespace plumb::math
