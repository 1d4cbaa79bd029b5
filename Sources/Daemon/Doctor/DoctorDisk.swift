// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Whether the data folder can be written, and for how long.
struct DoctorDisk {
    /// Less is soon used up by alerts and their index.
    private static let scarceBytes: UInt64 = 1 << 30
    private static let subject = "data folder"
    private let data: DataFolder

    init(_ data: DataFolder) {
        self.data = data
    }

    func check() -> [DoctorFinding] {
        let folder = Self.nearestFolder(data.path)
        guard access(folder, W_OK | X_OK) == 0 else {
            return [
                .problem(
                    Self.subject,
                    "\(folder) cannot be written: \(FileSystem.reason())",
                    remedy: "run as its owner or as root, or choose another with --data"
                )
            ]
        }
        return [space(folder), running]
    }

    private func space(_ folder: String) -> DoctorFinding {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else {
            return .warning(
                Self.subject,
                "the room in \(folder) cannot be told: \(FileSystem.reason())",
                remedy: "see that at least 1 GiB is free"
            )
        }
        let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        let bytes = free.overflow ? UInt64.max : free.partialValue
        // Some file systems have no fixed number of files.
        let files = status.f_files == 0 ? UInt64.max : UInt64(status.f_favail)
        return Self.finding(path: data.path, freeBytes: bytes, freeFiles: files)
    }

    /// What so much room means.
    static func finding(path: String, freeBytes: UInt64, freeFiles: UInt64) -> DoctorFinding {
        let room = "\(path) has \(freeBytes >> 20) MiB free"
        guard freeBytes >= scarceBytes else {
            return .warning(
                subject,
                room,
                remedy: "make room: while the disk is full, alerts wait and sources are held up"
            )
        }
        guard freeFiles > 1000 else {
            return .warning(
                subject,
                "\(path) has room for \(freeFiles) more files only",
                remedy: "remove files, or choose another disk with --data"
            )
        }
        return .ok(subject, room)
    }

    private var running: DoctorFinding {
        let descriptor = open(data.lock, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return .ok("jaga", "nothing runs on \(data.path)") }
        defer { close(descriptor) }
        // Shared, for an instant: a Jaga that starts meanwhile would only be
        // told to try again.
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else {
            return .ok("jaga", "nothing runs on \(data.path)")
        }
        return .ok("jaga", "a jaga works on \(data.path); see jaga status")
    }

    /// The folder itself, or the one above it in which it would be made.
    private static func nearestFolder(_ path: String) -> String {
        var path = path
        while !FileSystem.isFolder(path) {
            guard let slash = path.lastIndex(of: "/") else { return "." }
            if slash == path.startIndex { return "/" }
            path = String(path[..<slash])
        }
        return path
    }
}
