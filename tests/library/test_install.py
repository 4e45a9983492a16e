#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make install` into a folder of its own, and the library as it is used from there through
pkg-config: shared, static, from C and from C++."""
import glob
import os
import shlex
import shutil

import library
import harness
from harness import case, check

CC, CXX = shlex.split(os.environ["CC"]), shlex.split(os.environ["CXX"])
C_FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic"]
CXX_PROGRAM = """#include <heavywater.h>
int main()
{
    hw_params *params = hw_params_new();
    hw_error err = {};
    hw_status status = hw_params_set(params, "hidden", "10,10", &err);
    hw_params_free(params);
    return status == HW_OK ? 0 : 1;
}
"""


def meson():
    debian = "/usr/bin/meson"
    return os.environ.get("MESON") or (debian if os.path.exists(debian) else "meson")


class Installed:
    """A copy below a folder."""

    def __init__(self, folder):
        self.root = os.path.join(folder, "root")
        library.run([meson(), "install", "-C", library.BUILD, "--no-rebuild", "--quiet",
                     "--destdir", self.root])
        found = glob.glob(os.path.join(self.root, "**", "heavywater.pc"), recursive=True)
        check(len(found) == 1, f"heavywater.pc: {found}")
        self.pc_folder = os.path.dirname(found[0])
        self.lib = os.path.dirname(self.pc_folder)
        line = [text for text in harness.read(found[0]).splitlines() if text.startswith("prefix=")]
        self.prefix = self.root + line[0][len("prefix="):]

    def flags(self, *what):
        """What pkg-config says, with the prefix below our folder."""
        text = library.run(["pkg-config", f"--define-variable=prefix={self.prefix}", *what,
                            "heavywater"], env={"PKG_CONFIG_PATH": self.pc_folder})
        return shlex.split(text)

    def has(self, *path):
        found = glob.glob(os.path.join(self.prefix, *path))
        check(len(found) == 1, f"{os.path.join(*path)} was not installed")


def skip_when_sanitized():
    """The sanitizers' own library would have to be linked, too."""
    return library.SANITIZED or not shutil.which("pkg-config")


@case
def test_install_puts_everything_in_its_place(folder):
    installed = Installed(folder)
    installed.has("bin", "heavywater")
    for header in library.public_headers():
        installed.has("include", header)
    for name in ("libheavywater.so", "libheavywater.so." + library.version(), "libheavywater.a"):
        check(os.path.exists(os.path.join(installed.lib, name)), f"{name} was not installed")
    for page in ["heavywater.1", "heavywater-train.1", "heavywater-predict.1"]:
        installed.has("share", "man", "man1", page)
    installed.has("share", "man", "man7", "heavywater-parameters.7")
    installed.has("share", "bash-completion", "completions", "heavywater.bash")
    installed.has("share", "zsh", "site-functions", "_heavywater")
    installed.has("share", "fish", "vendor_completions.d", "heavywater.fish")
    check(library.run([os.path.join(installed.prefix, "bin", "heavywater"), "--version"]) ==
          f"heavywater {library.version()}\n", "the installed command")


@case
def test_installed_library_builds_and_runs_the_examples(folder):
    if skip_when_sanitized():
        return
    installed = Installed(folder)
    check(library.run(["pkg-config", "--modversion", "heavywater"],
                      env={"PKG_CONFIG_PATH": installed.pc_folder}).strip() == library.version(),
          "the version of heavywater.pc")

    def program(name):
        return os.path.join(folder, name)

    for name in library.names_of_examples():
        source = os.path.join(library.SOURCE, "examples", name + ".c")
        library.run(CC + C_FLAGS + [source, "-o", program(name)] +
                    installed.flags("--cflags", "--libs") + ["-lm", "-pthread"])
    library.run_examples(program, folder, env={"LD_LIBRARY_PATH": installed.lib})
    used = library.run(["nm", "-D", program("train_from_arrays")])
    check("U hw_train@HEAVYWATER_0\n" in used, f"unversioned symbols:\n{used}")


@case
def test_installed_library_links_from_cxx(folder):
    if skip_when_sanitized():
        return
    installed = Installed(folder)
    source = harness.write(folder, "user.cc", CXX_PROGRAM)
    program = os.path.join(folder, "user")
    library.run(CXX + ["-std=c++17", "-Wall", "-Wextra", "-Werror", source, "-o", program] +
                installed.flags("--cflags", "--libs"))
    library.run([program], env={"LD_LIBRARY_PATH": installed.lib})


@case
def test_installed_archive_links_without_the_shared_library(folder):
    if skip_when_sanitized():
        return
    installed = Installed(folder)
    for shared in glob.glob(os.path.join(installed.lib, "*.so*")):
        os.remove(shared)
    program = os.path.join(folder, "train_from_arrays")
    source = os.path.join(library.SOURCE, "examples", "train_from_arrays.c")
    library.run(CC + C_FLAGS + [source, "-o", program] +
                installed.flags("--static", "--cflags", "--libs") + ["-lm"])
    library.run([program, os.path.join(folder, "model.zip")])


harness.main()
