#!/usr/bin/python3
"""Reads every history of a folder with the field's own tools and checks its shape.

usage: read_history.py DIR    (DIR holds finished *.h5 files)

Every group has to open in h5py, netCDF4, h5netcdf, xarray and h5dump; every dataset has units and
long_name, every axis a dimension scale in its own group. Exit code 0 only if all of it holds.
"""
import glob
import os
import shutil
import subprocess
import sys

try:
    import h5netcdf
    import h5py
    import netCDF4
    import numpy as np
    import xarray
except ImportError as error:
    sys.exit(f"read_history.py: {error}; install python3-h5py python3-netcdf4 python3-h5netcdf "
             "python3-xarray")

LAYER_COLUMNS = {
    "gradients": ["delta_rms", "delta_mean_norm", "weight_gradient_norm", "bias_gradient_norm",
                  "weight_gradient_max", "weight_norm", "update_ratio", "unchanged_fraction",
                  "zero_fraction", "nonfinite_count", "noise_scale", "delta_cosine"],
    "activations": ["mean", "std", "saturated_fraction", "dead_fraction"],
}
STEP_COLUMNS = {
    "training": ["loss", "accuracy", "learning_rate", "gradient_norm", "clip_factor",
                 "loss_scale", "noise_scale"],
    "evaluation": ["loss", "accuracy"],
}
HISTOGRAMS = ["weight_gradient", "delta"]
PHASES = ["forward", "backward", "allreduce_exposed", "update", "probe", "record",
          "allreduce_hidden"]
BUCKET_TIMES = ["ready_seconds", "finish_seconds", "exposed_seconds"]


# What the other libraries have to read with the same values as h5py.
READ_AGAIN = ["gradients/delta_rms", "histograms/weight_gradient", "histograms/delta",
              "timing/seconds"]
# The same where record.buckets asked for it.
READ_AGAIN_IF_THERE = ["timing/buckets/" + name for name in (*BUCKET_TIMES, "bytes", "step")]


def same(a, b):
    a = np.asarray(a)
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


class Checker:
    def __init__(self, path):
        self.path = path
        self.failures = []

    def expect(self, condition, what):
        if not condition:
            self.failures.append(f"{self.path}: {what}")


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def check_dataset(check, name, dataset):
    for attribute in ("units", "long_name"):
        value = dataset.attrs.get(attribute)
        check.expect(isinstance(value, str) and value != "", f"/{name} has no {attribute}")
    if h5py.h5ds.is_scale(dataset.id):
        return
    for axis, dimension in enumerate(dataset.dims):
        if len(dimension) != 1:
            check.expect(False, f"/{name} axis {axis} has {len(dimension)} scales")
            continue
        scale = dimension[0]
        check.expect(scale.parent == dataset.parent, f"/{name} axis {axis}: scale elsewhere")
        check.expect(len(scale) == dataset.shape[axis], f"/{name} axis {axis}: scale's length")


def check_table(check, file, group, columns, inner):
    """Columns of a group that grows by steps: (S), or (S, length of the inner axis)."""
    steps = file[group]["step"]
    check.expect(steps.dtype == np.int64 and np.all(np.diff(steps[:]) > 0), f"/{group}/step")
    shape = steps.shape + (file[group][inner].shape if inner else ())
    for name in columns:
        if name not in file[group]:
            check.expect(False, f"/{group}/{name} is missing")
            continue
        dataset = file[group][name]
        wanted = np.int64 if name == "nonfinite_count" else np.float64
        check.expect(dataset.dtype == wanted, f"/{group}/{name} is {dataset.dtype}")
        check.expect(dataset.shape == shape, f"/{group}/{name} is {dataset.shape}, not {shape}")


def check_snapshots(check, file):
    for name, group in file["snapshots"].items():
        check.expect(name == f"step_{group.attrs['step']:06d}", f"/snapshots/{name}: its step")
        check.expect({"x", "y", "W1", "b1"} <= set(group), f"/snapshots/{name}: its arrays")
        check.expect(group["x"].shape[0] == group["y"].shape[0], f"/snapshots/{name}: x and y")
        # classes, or the values that a regression predicts
        check.expect(group["y"].dtype in (np.int32, np.float64),
                     f"/snapshots/{name}/y is {group['y'].dtype}")


def check_histograms(check, file):
    group = file["histograms"]
    check.expect(np.array_equal(group["exponent"][:], np.arange(-150, 129)), "exponents")
    check.expect(np.all(np.diff(group["step"][:]) > 0), "/histograms/step")
    check.expect(list(group.attrs["axes"]) == ["step", "layer", "exponent"], "/histograms axes")
    shape = group["step"].shape + group["layer"].shape + group["exponent"].shape
    for name in HISTOGRAMS:
        counts = group[name]
        check.expect(counts.dtype == np.uint64, f"/histograms/{name} is {counts.dtype}")
        check.expect(counts.shape == shape, f"/histograms/{name} is {counts.shape}, not {shape}")
        check.expect(counts.compression == "gzip", f"/histograms/{name} is not compressed")
        sums = counts[...].sum(axis=2)
        check.expect(np.all(sums == sums[:1]), f"/histograms/{name}: entries come and go")
    if file["model"].attrs.get("family") == "mlp":
        weights = file["model/fan_in"][:] * file["model/fan_out"][:]
        check.expect(np.all(group["weight_gradient"][...].sum(axis=2) == weights),
                     "/histograms/weight_gradient does not count every weight")


def check_buckets(check, file):
    """On one rank, and where nobody asked, there is no such group."""
    if "buckets" not in file["timing"]:
        return
    group = file["timing/buckets"]
    check_table(check, file, "timing/buckets", BUCKET_TIMES, "bucket")
    check.expect(np.array_equal(group["step"][:], file["timing/step"][:]), "steps of buckets")
    numbers = group["bucket"][:]
    check.expect(np.array_equal(numbers, 1 + np.arange(len(numbers))), "bucket numbers")
    for name in ("bytes", "first_layer", "last_layer"):
        check.expect(group[name].dtype == np.int64 and group[name].shape == numbers.shape,
                     f"/timing/buckets/{name}")
    first, last = group["first_layer"][:], group["last_layer"][:]
    layers = len(file["gradients/layer"])
    check.expect(first[-1] == 1 and last[0] == layers, "buckets do not hold every layer")
    check.expect(np.all(first <= last) and np.all(last[1:] >= first[:-1] - 1),
                 "buckets leave a layer out")
    check.expect(np.all(np.diff(first) <= 0) and np.all(np.diff(last) <= 0),
                 "buckets do not run from the last layer to the first")
    check.expect(np.all(group["bytes"][:] > 0), "an empty bucket")
    check.expect(np.all(group["ready_seconds"][...] <= group["finish_seconds"][...]),
                 "a bucket is summed before it is computed")
    check.expect(list(group.attrs["axes"]) == ["step", "bucket"], "/timing/buckets axes")


def check_theory(check, file):
    """A network that theory says nothing of has no such group."""
    if "theory" not in file:
        return
    group = file["theory"]
    ratio = group["delta_rms_ratio"]
    check.expect(ratio.dtype == np.float64 and ratio.shape == group["layer"].shape, "/theory")
    check.expect(np.all(np.isnan(ratio[:]) | (ratio[:] > 0)), "/theory: a ratio below zero")
    check.expect(group.attrs["signal"] == "delta_rms_ratio", "/theory: its signal")


def check_root(check, file):
    check.expect(file.attrs["schema"] == "plumbline.history/1", "schema")
    check.expect(file.attrs["status"] in ("completed", "diverged", "stopped"), "status")
    check.expect((file.attrs["diverged_step"] >= 0) == (file.attrs["status"] == "diverged"),
                 "diverged_step")
    group = file[file.attrs["default"]]
    check.expect(group.attrs["NX_class"] == "NXdata", "the default group is no NXdata")
    check.expect(list(group.attrs["axes"]) == ["step", "layer"], "axes of the default group")
    check.expect(group[group.attrs["signal"]].ndim == 2, "signal of the default group")


def check_h5py(check):
    with h5py.File(check.path, "r") as file:
        file.visititems(lambda name, item: check_dataset(check, name, item)
                        if isinstance(item, h5py.Dataset) else None)
        check_root(check, file)
        for group, columns in LAYER_COLUMNS.items():
            check_table(check, file, group, columns, "layer")
        for group, columns in STEP_COLUMNS.items():
            check_table(check, file, group, columns, None)
        check_table(check, file, "timing", ["seconds"], "phase")
        phases = [text(phase) for phase in file["timing/phase"][:]]
        check.expect(set(PHASES) <= set(phases), f"phases {phases}")
        layers = file["gradients/layer"][:]
        check.expect(np.array_equal(layers, 1 + np.arange(len(layers))), "layer numbers")
        check.expect(file["gradients/layer_name"].shape == layers.shape, "layer names")
        for name in ("fan_in", "fan_out", "parameters"):
            check.expect(file["model"][name].shape == layers.shape, f"/model/{name}")
        for name in ("toml", "resolved_json", "provenance_json"):
            check.expect(text(file["config"][name][()]) != "", f"/config/{name} is empty")
        check_snapshots(check, file)
        check_histograms(check, file)
        check_buckets(check, file)
        check_theory(check, file)
        groups = ["/"]
        file.visititems(lambda name, item: groups.append("/" + name)
                        if isinstance(item, h5py.Group) else None)
        names = {group: sorted(n for n, i in file[group].items() if isinstance(i, h5py.Dataset))
                 for group in groups}
        again = READ_AGAIN + [name for name in READ_AGAIN_IF_THERE if name in file]
        values = {name: file[name][...] for name in again}
    return names, values


def netcdf4_groups(group, path="/"):
    yield path, group
    for name, child in group.groups.items():
        yield from netcdf4_groups(child, f"{path.rstrip('/')}/{name}")


def check_netcdf4(check, names, values):
    with netCDF4.Dataset(check.path) as file:
        seen = dict(netcdf4_groups(file))
        check.expect(set(seen) == set(names), f"netCDF4 sees groups {sorted(seen)}")
        for path, group in seen.items():
            check.expect(sorted(group.variables) == names.get(path), f"netCDF4 {path}: variables")
            for name, variable in group.variables.items():
                variable[...]
                check.expect(variable.units and variable.long_name, f"netCDF4 {path}/{name}")
                check.expect(not any(d.startswith("phony") for d in variable.dimensions),
                             f"netCDF4 {path}/{name}: dimensions {variable.dimensions}")
        gradients = seen["/gradients"]
        check.expect(gradients["delta_rms"].dimensions == ("step", "layer"), "netCDF4 dimensions")
        check.expect(gradients.dimensions["step"].isunlimited(), "netCDF4: step is not unlimited")
        histograms = seen["/histograms"]
        check.expect(histograms["delta"].dimensions == ("step", "layer", "exponent"),
                     "netCDF4 dimensions of a histogram")
        check.expect(histograms.dimensions["step"].isunlimited(), "netCDF4: histogram steps")
        if "/timing/buckets" in seen:
            buckets = seen["/timing/buckets"]
            check.expect(buckets["ready_seconds"].dimensions == ("step", "bucket"),
                         "netCDF4 dimensions of buckets")
            check.expect({"step", "bucket"} == set(buckets.dimensions),
                         "netCDF4: dimensions of buckets lie elsewhere")
        for name, wanted in values.items():
            variable = file[name]
            variable.set_auto_mask(False)
            check.expect(same(variable[...], wanted), f"netCDF4 {name}")


def check_h5netcdf(check, names, values):
    with h5netcdf.File(check.path, "r") as file:
        for path, wanted in names.items():
            group = file if path == "/" else file[path]
            check.expect(sorted(group.variables) == wanted, f"h5netcdf {path}: variables")
        variable = file["gradients"].variables["delta_rms"]
        check.expect(variable.dimensions == ("step", "layer"), "h5netcdf dimensions")
        for name, wanted in values.items():
            check.expect(same(file[name][...], wanted), f"h5netcdf {name}")


def check_xarray(check, names, values):
    for engine in ("netcdf4", "h5netcdf"):
        for path, wanted in names.items():
            with xarray.open_dataset(check.path, group=path, engine=engine) as dataset:
                dataset.load()
                check.expect(sorted(dataset.variables) == wanted,
                             f"xarray/{engine} {path}: variables {sorted(dataset.variables)}")
                if path in ("/gradients", "/histograms"):
                    check.expect({"step", "layer"} <= set(dataset.coords), f"xarray/{engine} axes")
                if path == "/timing/buckets":
                    check.expect({"step", "bucket"} <= set(dataset.coords), f"xarray/{engine} axes")
                for name, array in values.items():
                    group, _, variable = name.rpartition("/")
                    if path == "/" + group:
                        check.expect(same(dataset[variable].values, array),
                                     f"xarray/{engine} {name}")


def check_h5dump(check):
    if shutil.which("h5dump") is None:
        sys.exit("read_history.py: h5dump is missing; install hdf5-tools")
    for options in (["-H"], ["-d", "/histograms/delta"]):
        run = subprocess.run(["h5dump", *options, check.path], capture_output=True, text=True,
                             check=False)
        check.expect(run.returncode == 0 and run.stderr == "", f"h5dump: {run.stderr.strip()}")
    # Superblock 3 would be the 1.10 format.
    with open(check.path, "rb") as stream:
        check.expect(stream.read(9)[8] <= 2, "not in the 1.8 format")


def check_file(path):
    check = Checker(path)
    names, values = check_h5py(check)
    if check.failures:  # the others would stumble over the same, in their own words
        return check.failures
    check_netcdf4(check, names, values)
    check_h5netcdf(check, names, values)
    check_xarray(check, names, values)
    check_h5dump(check)
    return check.failures


def main():
    if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]):
        sys.exit("usage: read_history.py DIR")
    paths = sorted(glob.glob(os.path.join(sys.argv[1], "*.h5")))
    if not paths:
        sys.exit(f"read_history.py: {sys.argv[1]} holds no *.h5 file")
    failures = [failure for path in paths for failure in check_file(path)]
    for failure in failures:
        print(f"FAILED {failure}", file=sys.stderr)
    print(f"{len(paths)} files read, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
