// Messages about names that no study file knows.
#pragma once

#include <string>

namespace plumb::study {

/// "WHERE: unknown key network.dept; did you mean network.depth? allowed in [network]: ...".
/// `name` may lack its table ("depth").
std::string unknown_key(const std::string& name, const std::string& where);

/// "WHERE: unknown table [netwrok]; did you mean [network]? allowed: [study], ...".
std::string unknown_table(const std::string& name, const std::string& where);

}  // namespace plumb::study
