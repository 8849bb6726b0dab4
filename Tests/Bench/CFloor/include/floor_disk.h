// What the disk itself gives: commits of one writer, by hand and by SQLite. All answer -1, with errno set, when they fail.
#pragma once
#include <stdint.h>

/// A new file of `bytes` zeros, synced; answers its descriptor.
int floor_disk_open(const char *path, uint64_t bytes);

/// `count` times: 128 bytes at the next place, and `fdatasync`. From the beginning again when the file is full.
int floor_disk_commit(int file, uint64_t bytes, uint64_t *place, uint64_t count);

typedef struct floor_sqlite floor_sqlite;

/// A database with write-ahead log and synchronous=FULL; NULL when it cannot be made.
floor_sqlite *floor_sqlite_open(const char *path);

/// `transactions` of `rows` records each.
int floor_sqlite_commit(floor_sqlite *db, uint64_t transactions, uint64_t rows);
void floor_sqlite_close(floor_sqlite *db);

/// Copies a record of 128 bytes `count` times one behind the other into 1 MiB, each with its number and its CRC-32C;
/// answers the last checksum.
uint32_t floor_record_copy(uint64_t count);

/// How many records a segment file has, after the checksum of each was reckoned.
int64_t floor_log_read(const char *path);

/// Has the kernel drop what it holds of a file.
int floor_file_forget(const char *path);
