// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// The kernel's limits that decide how many files can be followed.
struct DoctorLimits: Equatable {
    /// Descriptors that the process may have at most.
    var openFiles: UInt64
    /// Nil where the kernel does not say.
    ///
    /// Source: inotify(7), /proc interfaces.
    var watches: UInt64?
    var instances: UInt64?
    var kernel = ""

    static func read() -> DoctorLimits {
        var limit = rlimit()
        let known = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        return DoctorLimits(
            openFiles: known ? UInt64(limit.rlim_max) : 0,
            watches: number("/proc/sys/fs/inotify/max_user_watches"),
            instances: number("/proc/sys/fs/inotify/max_user_instances"),
            kernel: text("/proc/sys/kernel/osrelease") ?? "unknown"
        )
    }

    var findings: [DoctorFinding] {
        [openFilesFinding, watchesFinding, .ok("kernel", "Linux \(kernel)")]
    }

    private var openFilesFinding: DoctorFinding {
        let subject = "open files"
        guard openFiles >= 4096 else {
            return .warning(
                subject,
                "at most \(openFiles) files can be open; each container's log needs one",
                remedy: "raise it: LimitNOFILE=65536 in the unit, or ulimit -Hn 65536"
            )
        }
        return .ok(subject, "up to \(openFiles)")
    }

    private var watchesFinding: DoctorFinding {
        let subject = "inotify"
        guard let watches, let instances else {
            return .warning(
                subject,
                "the kernel does not tell of inotify",
                remedy: "files are then looked at once a second instead of when they change"
            )
        }
        guard instances > 0, watches >= 8192 else {
            return .warning(
                subject,
                "\(watches) watches and \(instances) instances a user",
                remedy: "sysctl fs.inotify.max_user_watches=524288"
                    + " fs.inotify.max_user_instances=512"
            )
        }
        return .ok(subject, "\(watches) watches, \(instances) instances a user")
    }

    private static func text(_ path: String) -> String? {
        // What cannot be read is not known, which the findings say.
        guard let bytes = try? FileSystem.contents(of: path, limit: 4096) else { return nil }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    private static func number(_ path: String) -> UInt64? {
        text(path).flatMap { UInt64($0) }
    }
}

/// Whether the clock is kept right.
struct DoctorClock: Equatable {
    /// Whether the kernel takes the clock for synchronised; nil when it does
    /// not say.
    ///
    /// Source: adjtimex(2), `STA_UNSYNC`.
    var isSynchronised: Bool?

    static func read() -> DoctorClock {
        let answer = jaga_clock_is_synchronised()
        return DoctorClock(isSynchronised: answer < 0 ? nil : answer == 1)
    }

    var finding: DoctorFinding {
        let subject = "clock"
        switch isSynchronised {
        case true?: return .ok(subject, "synchronised")
        case false?:
            return .warning(
                subject,
                "the kernel says that nothing keeps the clock right",
                remedy: "run chrony or systemd-timesyncd: alerts are searched by their time"
            )
        case nil: return .ok(subject, "the kernel does not tell whether it is synchronised")
        }
    }
}
