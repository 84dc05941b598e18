// Where the paths of a study file lie.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace plumb::data {

/// Folders in which relative paths are looked for, in this order.
struct SearchFolders {
  SearchFolders() = default;
  SearchFolders(std::filesystem::path data_folder)  // NOLINT: where there is no study file
      : data(std::move(data_folder)) {}
  SearchFolders(const char* data_folder) : data(data_folder) {}         // NOLINT: the same
  SearchFolders(const std::string& data_folder) : data(data_folder) {}  // NOLINT: the same
  SearchFolders(std::filesystem::path study_folder, std::filesystem::path data_folder)
      : study(std::move(study_folder)), data(std::move(data_folder)) {}

  std::optional<std::filesystem::path> study;  // of the study file
  std::filesystem::path data = "data";
};

/// The path of what `path` names: itself where it is absolute or empty, else that beside the study
/// file if there is something, else that in the data folder. Throws core::IoError that names both
/// when neither is there; with a data folder alone, opening the file tells.
std::string find_file(const SearchFolders& folders, const std::string& path);

}  // namespace plumb::data
