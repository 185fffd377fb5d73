/**
 * Directories that each Linux base image has: those that the Filesystem Hierarchy Standard 3.0 requires (sections 3.2, 3.7.2, 4.2, 4.9.1,
 * 5.2; https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html), and /home, /root, /dev, /proc and /sys. The files of a base are not
 * known without downloading it. An entry in a layer would replace the mode and owner of such a directory, so a layer contains no entry for
 * it.
 */
const directories = [
  "boot dev etc home media mnt opt proc root run srv sys usr var",
  "etc/opt",
  "usr/bin usr/lib usr/local usr/sbin usr/share",
  "usr/local/bin usr/local/etc usr/local/games usr/local/include usr/local/lib usr/local/sbin usr/local/share usr/local/src",
  "var/cache var/lib var/local var/log var/opt var/spool",
];

export const standardDirectories: ReadonlySet<string> = new Set(directories.flatMap((row) => row.split(" ")));

/**
 * World-writable directories. A layer that writes to one of them contains an entry for it with the mode 1777: Docker's overlay2 driver
 * extracts each layer separately and creates missing parents with the mode 0755, which would replace 1777.
 */
export const stickyDirectories: ReadonlySet<string> = new Set(["tmp", "var/tmp"]);

/**
 * Paths that are symbolic links in many bases (merged /usr), with their targets. A directory with this path in a layer would replace the
 * link and hide the files in its target.
 */
export const linkedDirectories: Readonly<Record<string, string>> = {
  bin: "usr/bin",
  sbin: "usr/sbin",
  lib: "usr/lib",
  lib32: "usr/lib32",
  lib64: "usr/lib64",
  libx32: "usr/libx32",
  "var/run": "run",
  "var/lock": "run/lock",
};
