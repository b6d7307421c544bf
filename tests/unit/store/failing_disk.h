#pragma once
#include <sqlite3.h>

#include <atomic>
#include <cstring>

namespace polygate {

/// SQLite's own file layer with a disk whose writes or syncs can be made to fail. Becomes the default for every
/// database that is opened while it lives; so it must outlive their stores.
class FailingDisk {
 public:
  FailingDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    current_ = this;
    vfs_.pNext = nullptr;
    vfs_.zName = "failing-disk";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FailingDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
    current_ = nullptr;
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  std::atomic<bool> full{false};
  std::atomic<bool> syncs_fail{false};
  std::atomic<int> syncs{0};
  std::atomic<int> lock_attempts{0};  ///< in the shared memory of the WAL, granted or not

 private:
  struct File {
    sqlite3_file base;
    sqlite3_io_methods methods;
    sqlite3_file* real;
  };

  static File& file(sqlite3_file* opened) { return *reinterpret_cast<File*>(opened); }
  static sqlite3_file* real(sqlite3_file* opened) { return file(opened).real; }
  static const sqlite3_io_methods& methods(sqlite3_file* opened) { return *real(opened)->pMethods; }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* opened, int flags, int* out) {
    File& self = file(opened);
    self.real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(opened) + sizeof(File));
    self.base.pMethods = nullptr;
    const int code = current_->real_->xOpen(current_->real_, name, self.real, flags, out);
    if (code != SQLITE_OK) return code;
    self.methods = {
        3,
        [](sqlite3_file* f) { return methods(f).xClose(real(f)); },
        [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) { return methods(f).xRead(real(f), to, n, at); },
        [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
          return current_->full ? SQLITE_FULL : methods(f).xWrite(real(f), from, n, at);
        },
        [](sqlite3_file* f, sqlite3_int64 n) { return methods(f).xTruncate(real(f), n); },
        [](sqlite3_file* f, int how) {
          ++current_->syncs;
          return current_->syncs_fail ? SQLITE_IOERR_FSYNC : methods(f).xSync(real(f), how);
        },
        [](sqlite3_file* f, sqlite3_int64* n) { return methods(f).xFileSize(real(f), n); },
        [](sqlite3_file* f, int lock) { return methods(f).xLock(real(f), lock); },
        [](sqlite3_file* f, int lock) { return methods(f).xUnlock(real(f), lock); },
        [](sqlite3_file* f, int* held) { return methods(f).xCheckReservedLock(real(f), held); },
        [](sqlite3_file* f, int op, void* argument) { return methods(f).xFileControl(real(f), op, argument); },
        [](sqlite3_file* f) { return methods(f).xSectorSize(real(f)); },
        [](sqlite3_file* f) { return methods(f).xDeviceCharacteristics(real(f)); },
        [](sqlite3_file* f, int page, int size, int extend, void volatile** to) {
          return methods(f).xShmMap(real(f), page, size, extend, to);
        },
        [](sqlite3_file* f, int at, int n, int flags_of_lock) {
          ++current_->lock_attempts;
          return methods(f).xShmLock(real(f), at, n, flags_of_lock);
        },
        [](sqlite3_file* f) { methods(f).xShmBarrier(real(f)); },
        [](sqlite3_file* f, int remove) { return methods(f).xShmUnmap(real(f), remove); },
        [](sqlite3_file* f, sqlite3_int64 at, int n, void** to) { return methods(f).xFetch(real(f), at, n, to); },
        [](sqlite3_file* f, sqlite3_int64 at, void* from) { return methods(f).xUnfetch(real(f), at, from); },
    };
    self.base.pMethods = &self.methods;
    return SQLITE_OK;
  }

  static inline FailingDisk* current_ = nullptr;
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
};

}  // namespace polygate
