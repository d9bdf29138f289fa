// File calls that Swift's Glibc module does not show.
#pragma once
#include <stdint.h>
#include <sys/types.h>

/// openat2(2) that can neither leave `folder` nor follow any link on its way. -1 and errno on failure.
int cl_open_beneath(int folder, const char *path, int flags, mode_t mode);
/// Starts writing these bytes of the page cache to disk and does not wait for them.
int cl_start_writeback(int fd, int64_t offset, int64_t count);
/// copy_file_range(2): within one file system, without the bytes passing through this process.
int64_t cl_copy_range(int from, int64_t from_offset, int to, int64_t to_offset, int64_t count);
