// Errors that end the program, each with the exit code users and scripts rely on.
#pragma once

#include <stdexcept>
#include <string>

namespace plumb::core {

enum class ExitCode : int {
  Done = 0,
  Usage = 1,               // wrong usage or study file
  VerificationFailed = 2,  // a run's own checks, or `compare --exact`, found a difference
  InputOutput = 3,         // input, output, memory or MPI failed; a rank was lost; data differ
  // 4 is reserved: stopped early, checkpoint written
};

/// What went wrong, in one line without the leading "plumbline: error: ":
/// `FILE:LINE: what is wrong; what is allowed`.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(ExitCode::Usage, message) {}
};

class IoError : public Error {
 public:
  explicit IoError(const std::string& message) : Error(ExitCode::InputOutput, message) {}
};

/// A failure that all ranks of a job know of: each leaves in order, with the same exit code, and
/// only the rank it happened on (reports() true) prints it.
class AgreedError : public Error {
 public:
  AgreedError(ExitCode code, const std::string& message, bool reports)
      : Error(code, message), reports_(reports) {}
  [[nodiscard]] bool reports() const noexcept { return reports_; }

 private:
  bool reports_;
};

}  // namespace plumb::core
