#define _GNU_SOURCE
#include "floor_disk.h"
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

enum { RECORD = 128 };

static const char record[RECORD] = "a record of 128 bytes";

int floor_disk_open(const char *path, uint64_t bytes) {
  int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return -1;
  static const char zeros[1 << 20];
  for (uint64_t at = 0; at < bytes; at += sizeof zeros) {
    if (pwrite(file, zeros, sizeof zeros, (off_t)at) != sizeof zeros) return -1;
  }
  return fsync(file) ? -1 : file;
}

int floor_disk_commit(int file, uint64_t bytes, uint64_t *place, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    if (*place + RECORD > bytes) *place = 0;
    if (pwrite(file, record, RECORD, (off_t)*place) != RECORD || fdatasync(file)) return -1;
    *place += RECORD;
  }
  return 0;
}

struct floor_sqlite {
  sqlite3 *db;
  sqlite3_stmt *begin, *insert, *commit;
  uint64_t number;
};

floor_sqlite *floor_sqlite_open(const char *path) {
  floor_sqlite *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  int failed = sqlite3_open(path, &self->db) ||
               sqlite3_exec(self->db,
                            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                            "CREATE TABLE log(lsn INTEGER PRIMARY KEY, run BLOB, sequence INT, payload BLOB);",
                            NULL, NULL, NULL) ||
               sqlite3_prepare_v2(self->db, "BEGIN", -1, &self->begin, NULL) ||
               sqlite3_prepare_v2(self->db, "INSERT INTO log(run, sequence, payload) VALUES(?, ?, ?)", -1,
                                  &self->insert, NULL) ||
               sqlite3_prepare_v2(self->db, "COMMIT", -1, &self->commit, NULL);
  if (!failed) return self;
  floor_sqlite_close(self);
  return NULL;
}

static int run(sqlite3_stmt *statement) {
  int done = sqlite3_step(statement) == SQLITE_DONE;
  sqlite3_reset(statement);
  return done ? 0 : -1;
}

int floor_sqlite_commit(floor_sqlite *db, uint64_t transactions, uint64_t rows) {
  for (uint64_t i = 0; i < transactions; i++) {
    if (run(db->begin)) return -1;
    for (uint64_t row = 0; row < rows; row++) {
      sqlite3_bind_blob(db->insert, 1, record, 16, SQLITE_STATIC);
      sqlite3_bind_int64(db->insert, 2, (sqlite3_int64)db->number++);
      sqlite3_bind_blob(db->insert, 3, record, RECORD - 28, SQLITE_STATIC);
      if (run(db->insert)) return -1;
    }
    if (run(db->commit)) return -1;
  }
  return 0;
}

void floor_sqlite_close(floor_sqlite *db) {
  sqlite3_finalize(db->begin);
  sqlite3_finalize(db->insert);
  sqlite3_finalize(db->commit);
  sqlite3_close(db->db);
  free(db);
}

#if defined(__x86_64__)
__attribute__((target("sse4.2")))
#endif
static uint32_t checksum(uint32_t seed, const char *bytes, int count) {
  uint64_t sum = seed;
  for (int at = 0; at < count; at += 8) {
    uint64_t word;
    memcpy(&word, bytes + at, 8);
#if defined(__x86_64__)
    sum = _mm_crc32_u64(sum, word);
#elif defined(__ARM_FEATURE_CRC32)
    sum = __crc32cd((uint32_t)sum, word);
#else
    sum = (sum ^ word) * 0x9e3779b97f4a7c15u >> 32;   // no CRC instruction: some work in its place
#endif
  }
  return (uint32_t)sum;
}

uint32_t floor_record_copy(uint64_t count) {
  enum { BYTES = 1 << 20 };
  static _Thread_local char *buffer;
  if (!buffer) buffer = calloc(1, BYTES);
  if (!buffer) abort();
  uint32_t sum = 0;
  for (uint64_t i = 0; i < count; i++) {
    char *to = buffer + i * RECORD % BYTES;
    memcpy(to, record, RECORD);
    memcpy(to + 8, &i, 8);
    sum = ~checksum(~0u, to, RECORD);
    memcpy(to + 4, &sum, 4);
    __asm__ volatile("" ::: "memory");
  }
  return sum;
}

int64_t floor_log_read(const char *path) {
  enum { HEADER = 4096, BYTES = 1 << 20, LONGEST = 1 << 20 };
  static char buffer[LONGEST + BYTES];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  int64_t records = 0, wrong = 0;
  uint64_t kept = 0, offset = HEADER;
  ssize_t count;
  while ((count = pread(file, buffer + kept, BYTES, (off_t)offset)) > 0) {
    uint64_t at = 0, end = kept + (uint64_t)count;
    offset += (uint64_t)count;
    while (at + 8 <= end) {
      uint32_t length;
      memcpy(&length, buffer + at, 4);
      if (!length) goto done;
      if (at + length > end) break;
      // Its value depends on the segment's salt, so it is not compared but used.
      wrong += checksum(length, buffer + at + 8, (int)length - 8) == 0;
      records++;
      at += length;
    }
    kept = end - at;
    memmove(buffer, buffer + at, kept);
  }
done:
  close(file);
  return wrong > 8 ? -1 : records;
}

int floor_file_forget(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  int result = fsync(file) || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) ? -1 : 0;
  close(file);
  return result;
}
