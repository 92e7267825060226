/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. Every call out of the programs that tests/faults can make fail, one a line. To be
 * included where FAULT is a macro:
 *
 *     FAULT(type, name, (parameters), (arguments), result when it fails, errno then)
 *
 * ACT_ON(what) in the place of the result is said where a call that fails has more to do: to give
 * back what it was handed, or to leave a message. tests/faults/calls.sh compares this list and
 * calls-harmless with what the programs are linked against, so that no new call is forgotten.
 */

/* memory */
FAULT(void *, malloc, (size_t size), (size), NULL, ENOMEM)
FAULT(void *, calloc, (size_t count, size_t size), (count, size), NULL, ENOMEM)
FAULT(void *, realloc, (void *block, size_t size), (block, size), NULL, ENOMEM)
FAULT(char *, strdup, (const char *text), (text), NULL, ENOMEM)
FAULT(int, vasprintf, (char **out, const char *format, va_list list), (out, format, list), -1,
      ENOMEM)

/* libpcap */
FAULT(pcap_t *, pcap_create, (const char *device, char *error), (device, error),
      ACT_ON(say(error)) NULL, ENOMEM)
FAULT(int, pcap_activate, (pcap_t * pcap), (pcap), PCAP_ERROR, EIO)
FAULT(int, pcap_compile,
      (pcap_t * pcap, struct bpf_program *program, const char *text, int optimize,
       bpf_u_int32 mask),
      (pcap, program, text, optimize, mask), PCAP_ERROR, EIO)
FAULT(int, pcap_setfilter, (pcap_t * pcap, struct bpf_program *program), (pcap, program),
      PCAP_ERROR, EIO)
FAULT(int, pcap_setnonblock, (pcap_t * pcap, int on, char *error), (pcap, on, error),
      ACT_ON(say(error)) PCAP_ERROR, EIO)
FAULT(int, pcap_next_ex, (pcap_t * pcap, struct pcap_pkthdr **header, const u_char **data),
      (pcap, header, data), PCAP_ERROR, EIO)
FAULT(int, pcap_stats, (pcap_t * pcap, struct pcap_stat *stat), (pcap, stat), PCAP_ERROR, EIO)
FAULT(pcap_t *, pcap_open_dead, (int link, int snaplen), (link, snaplen), NULL, ENOMEM)
FAULT(pcap_t *, pcap_fopen_offline_with_tstamp_precision,
      (FILE * file, u_int precision, char *error), (file, precision, error),
      ACT_ON(say(error)) NULL, EIO)
FAULT(pcap_dumper_t *, pcap_dump_fopen, (pcap_t * pcap, FILE *file), (pcap, file),
      ACT_ON(fclose(file)) NULL, ENOMEM)
FAULT(int, pcap_dump_flush, (pcap_dumper_t * dumper), (dumper), PCAP_ERROR, ENOSPC)

/* libnet */
FAULT(libnet_t *, libnet_init, (int type, const char *device, char *error), (type, device, error),
      ACT_ON(say(error)) NULL, EPERM)
FAULT(libnet_ptag_t, libnet_build_802_1q,
      (const uint8_t *dst, const uint8_t *src, uint16_t tpi, uint8_t priority, uint8_t cfi,
       uint16_t vlan, uint16_t next, const uint8_t *payload, uint32_t size, libnet_t *l,
       libnet_ptag_t tag),
      (dst, src, tpi, priority, cfi, vlan, next, payload, size, l, tag), -1, ENOMEM)
FAULT(libnet_ptag_t, libnet_build_data,
      (const uint8_t *payload, uint32_t size, libnet_t *l, libnet_ptag_t tag),
      (payload, size, l, tag), -1, ENOMEM)
FAULT(libnet_ptag_t, libnet_build_ethernet,
      (const uint8_t *dst, const uint8_t *src, uint16_t type, const uint8_t *payload, uint32_t size,
       libnet_t *l, libnet_ptag_t tag),
      (dst, src, type, payload, size, l, tag), -1, ENOMEM)
FAULT(libnet_ptag_t, libnet_build_igmp,
      (uint8_t type, uint8_t code, uint16_t sum, uint32_t ip, const uint8_t *payload, uint32_t size,
       libnet_t *l, libnet_ptag_t tag),
      (type, code, sum, ip, payload, size, l, tag), -1, ENOMEM)
FAULT(libnet_ptag_t, libnet_build_ipv4,
      (uint16_t length, uint8_t tos, uint16_t id, uint16_t frag, uint8_t ttl, uint8_t prot,
       uint16_t sum, uint32_t src, uint32_t dst, const uint8_t *payload, uint32_t size, libnet_t *l,
       libnet_ptag_t tag),
      (length, tos, id, frag, ttl, prot, sum, src, dst, payload, size, l, tag), -1, ENOMEM)
FAULT(libnet_ptag_t, libnet_build_ipv4_options,
      (const uint8_t *options, uint32_t size, libnet_t *l, libnet_ptag_t tag),
      (options, size, l, tag), -1, ENOMEM)
FAULT(int, libnet_pblock_coalesce, (libnet_t * l, uint8_t **packet, uint32_t *size),
      (l, packet, size), -1, ENOMEM)
FAULT(int, libnet_toggle_checksum, (libnet_t * l, libnet_ptag_t tag, int mode), (l, tag, mode), -1,
      EINVAL)
FAULT(int, libnet_adv_write_link, (libnet_t * l, const uint8_t *packet, uint32_t size),
      (l, packet, size), -1, ENXIO)

/* libconfig */
FAULT(int, config_read_string, (config_t * config, const char *text), (config, text),
      ACT_ON(spoil(config)) CONFIG_FALSE, ENOMEM)
FAULT(int, config_read, (config_t * config, FILE *stream), (config, stream),
      ACT_ON(spoil(config)) CONFIG_FALSE, EIO)

/* zlib */
FAULT(gzFile, gzdopen, (int descriptor, const char *mode), (descriptor, mode), NULL, ENOMEM)
FAULT(int, gzread, (gzFile file, voidp data, unsigned length), (file, data, length), -1, EIO)
FAULT(int, gzbuffer, (gzFile file, unsigned size), (file, size), -1, ENOMEM)

/* jansson */
FAULT(json_t *, json_object, (void), (), NULL, ENOMEM)
FAULT(json_t *, json_array, (void), (), NULL, ENOMEM)
FAULT(json_t *, json_string, (const char *text), (text), NULL, ENOMEM)
FAULT(json_t *, json_integer, (json_int_t value), (value), NULL, ENOMEM)
FAULT(json_t *, json_copy, (json_t * value), (value), NULL, ENOMEM)
FAULT(int, json_object_set_new, (json_t * object, const char *key, json_t *value),
      (object, key, value), ACT_ON(json_decref(value)) - 1, ENOMEM)
FAULT(int, json_array_append_new, (json_t * array, json_t *value), (array, value),
      ACT_ON(json_decref(value)) - 1, ENOMEM)
FAULT(int, json_string_set, (json_t * string, const char *value), (string, value), -1, ENOMEM)
FAULT(int, json_dump_callback,
      (const json_t *json, json_dump_callback_t callback, void *context, size_t flags),
      (json, callback, context, flags), -1, ENOMEM)
FAULT(char *, json_dumps, (const json_t *json, size_t flags), (json, flags), NULL, ENOMEM)
FAULT(json_t *, json_loadb, (const char *text, size_t length, size_t flags, json_error_t *error),
      (text, length, flags, error), ACT_ON(misread(error)) NULL, ENOMEM)

/* streams and files */
FAULT(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL, EMFILE)
FAULT(FILE *, fdopen, (int descriptor, const char *mode), (descriptor, mode), NULL, ENOMEM)
FAULT(FILE *, fopencookie, (void *cookie, const char *mode, cookie_io_functions_t calls),
      (cookie, mode, calls), NULL, ENOMEM)
FAULT(FILE *, open_memstream, (char **text, size_t *size), (text, size), NULL, ENOMEM)
FAULT(int, fclose, (FILE * file), (file), ACT_ON(__real_fclose(file)) EOF, ENOSPC)
FAULT(int, fflush, (FILE * file), (file), EOF, ENOSPC)
FAULT(int, ferror, (FILE * file), (file), 1, ENOSPC)
FAULT(size_t, fread, (void *data, size_t size, size_t count, FILE *file), (data, size, count, file),
      0, EIO)
FAULT(char *, fgets, (char *line, int size, FILE *file), (line, size, file), NULL, EIO)
FAULT(off_t, ftello, (FILE * file), (file), -1, ESPIPE)
FAULT(off_t, lseek, (int descriptor, off_t offset, int whence), (descriptor, offset, whence), -1,
      ESPIPE)
FAULT(ssize_t, pread, (int descriptor, void *data, size_t length, off_t offset),
      (descriptor, data, length, offset), -1, EIO)
FAULT(ssize_t, pwrite, (int descriptor, const void *data, size_t length, off_t offset),
      (descriptor, data, length, offset), -1, ENOSPC)
FAULT(int, ftruncate, (int descriptor, off_t length), (descriptor, length), -1, ENOSPC)
FAULT(char *, realpath, (const char *path, char *out), (path, out), NULL, ENOMEM)
FAULT(int, chdir, (const char *path), (path), -1, EACCES)
FAULT(ssize_t, read, (int descriptor, void *data, size_t length), (descriptor, data, length), -1,
      EIO)
FAULT(ssize_t, write, (int descriptor, const void *data, size_t length), (descriptor, data, length),
      -1, EIO)
FAULT(int, fstat, (int descriptor, struct stat *about), (descriptor, about), -1, EIO)
FAULT(int, lstat, (const char *path, struct stat *about), (path, about), -1, EIO)
FAULT(int, stat, (const char *path, struct stat *about), (path, about), -1, EIO)
FAULT(int, access, (const char *path, int mode), (path, mode), -1, EACCES)
FAULT(int, chmod, (const char *path, mode_t mode), (path, mode), -1, EPERM)
FAULT(int, fchown, (int descriptor, uid_t user, gid_t group), (descriptor, user, group), -1, EPERM)
FAULT(int, lchown, (const char *path, uid_t user, gid_t group), (path, user, group), -1, EPERM)
FAULT(int, mkdir, (const char *path, mode_t mode), (path, mode), -1, ENOSPC)
FAULT(int, unlink, (const char *path), (path), -1, EPERM)
FAULT(int, flock, (int descriptor, int what), (descriptor, what), -1, EWOULDBLOCK)
FAULT(ssize_t, readlink, (const char *path, char *out, size_t size), (path, out, size), -1, EACCES)
FAULT(DIR *, opendir, (const char *path), (path), NULL, EMFILE)
FAULT(struct dirent *, readdir, (DIR * folder), (folder), NULL, EIO)
FAULT(int, isatty, (int descriptor), (descriptor), 0, ENOTTY)

/* sockets and interfaces */
FAULT(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1, EMFILE)
FAULT(int, bind, (int descriptor, const struct sockaddr *to, socklen_t size),
      (descriptor, to, size), -1, EADDRNOTAVAIL)
FAULT(int, listen, (int descriptor, int backlog), (descriptor, backlog), -1, EADDRINUSE)
FAULT(int, accept, (int descriptor, struct sockaddr *from, socklen_t *size),
      (descriptor, from, size), -1, EMFILE)
FAULT(int, connect, (int descriptor, const struct sockaddr *to, socklen_t size),
      (descriptor, to, size), -1, ECONNREFUSED)
FAULT(int, getsockopt, (int descriptor, int level, int name, void *value, socklen_t *size),
      (descriptor, level, name, value, size), -1, ENOPROTOOPT)
FAULT(int, setsockopt, (int descriptor, int level, int name, const void *value, socklen_t size),
      (descriptor, level, name, value, size), -1, ENOPROTOOPT)
FAULT(ssize_t, recv, (int descriptor, void *data, size_t length, int flags),
      (descriptor, data, length, flags), -1, EIO)
FAULT(ssize_t, send, (int descriptor, const void *data, size_t length, int flags),
      (descriptor, data, length, flags), -1, EPIPE)
FAULT(ssize_t, sendto,
      (int descriptor, const void *data, size_t length, int flags, const struct sockaddr *to,
       socklen_t size),
      (descriptor, data, length, flags, to, size), -1, EPERM)
FAULT(int, getifaddrs, (struct ifaddrs * *out), (out), -1, ENOMEM)
FAULT(unsigned, if_nametoindex, (const char *name), (name), 0, ENODEV)

/* waiting, processes, the rest of the system */
FAULT(int, poll, (struct pollfd * list, nfds_t count, int timeout), (list, count, timeout), -1,
      ENOMEM)
FAULT(int, ppoll,
      (struct pollfd * list, nfds_t count, const struct timespec *timeout, const sigset_t *mask),
      (list, count, timeout, mask), -1, ENOMEM)
FAULT(int, timerfd_create, (int clock, int flags), (clock, flags), -1, EMFILE)
FAULT(int, timerfd_settime,
      (int descriptor, int flags, const struct itimerspec *value, struct itimerspec *old),
      (descriptor, flags, value, old), -1, EINVAL)
FAULT(int, nanosleep, (const struct timespec *span, struct timespec *left), (span, left), -1, EINTR)
FAULT(pid_t, fork, (void), (), -1, EAGAIN)
FAULT(pid_t, waitpid, (pid_t process, int *status, int options), (process, status, options), -1,
      ECHILD)
FAULT(int, kill, (pid_t process, int number), (process, number), -1, EPERM)
FAULT(int, execve, (const char *path, char *const *arguments, char *const *environment),
      (path, arguments, environment), -1, ENOENT)
FAULT(int, pipe2, (int *ends, int flags), (ends, flags), -1, EMFILE)
FAULT(int, dup, (int descriptor), (descriptor), -1, EMFILE)
FAULT(int, dup2, (int from, int to), (from, to), -1, EMFILE)
FAULT(int, setpgid, (pid_t process, pid_t group), (process, group), -1, EPERM)
FAULT(pid_t, setsid, (void), (), -1, EPERM)
FAULT(int, getentropy, (void *out, size_t length), (out, length), -1, ENOSYS)
FAULT(struct passwd *, getpwnam, (const char *name), (name), NULL, EIO)
FAULT(struct passwd *, getpwuid, (uid_t user), (user), NULL, EIO)
FAULT(int, setgroups, (size_t count, const gid_t *list), (count, list), -1, EPERM)
FAULT(int, setresgid, (gid_t real, gid_t effective, gid_t saved), (real, effective, saved), -1,
      EPERM)
FAULT(int, setresuid, (uid_t real, uid_t effective, uid_t saved), (real, effective, saved), -1,
      EPERM)
FAULT(int, setuid, (uid_t user), (user), -1, EPERM)
FAULT(int, prctl, (int what, unsigned long a, unsigned long b, unsigned long c, unsigned long d),
      (what, a, b, c, d), -1, EINVAL)
FAULT(long, syscall, (long number, long a, long b, long c, long d, long e, long f),
      (number, a, b, c, d, e, f), -1, ENOSYS)
FAULT(struct group *, getgrnam, (const char *name), (name), NULL, EIO)
FAULT(int, getrlimit, (int what, struct rlimit *limit), (what, limit), -1, EPERM)
FAULT(int, setrlimit, (int what, const struct rlimit *limit), (what, limit), -1, EPERM)
FAULT(int, tcgetattr, (int descriptor, struct termios *out), (descriptor, out), -1, ENOTTY)
FAULT(int, uname, (struct utsname * out), (out), -1, EFAULT)
FAULT(struct tm *, localtime_r, (const time_t *at, struct tm *out), (at, out), NULL, EOVERFLOW)
FAULT(struct tm *, gmtime_r, (const time_t *at, struct tm *out), (at, out), NULL, EOVERFLOW)

/* open, fcntl, ioctl and json_pack, with arguments of any number, are in faults.c, and count as the
 * first four. */
