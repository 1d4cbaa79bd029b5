// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The one folder that holds Jaga's state, and what lies where in it.
///
/// ```
/// DATA/alerts/alerts.json       the alert log, and older ones by year and month
/// DATA/archives/archives.json   everything that was read, when that is on
/// DATA/spool/                   what was read and is not analysed yet
/// DATA/index/                   what searches are answered from
/// DATA/etc/{decoders,rules,lists}   the user's own additions to the ruleset
/// DATA/etc/shared/GROUP/        what the agents of a group are given, agent.conf among it
/// DATA/active-response/bin/     the owner's scripts that answer to alerts
/// DATA/integrations/            the owner's scripts that are told of alerts
/// DATA/evidence/                what docker-snapshot kept
/// DATA/outputs/                 alerts on their way to people and other systems
/// DATA/state/                   how far sources were read, metrics
/// DATA/reporting/               the key and files of <client>
/// DATA/vulnerabilities/         advisories, what layers hold, exceptions
/// DATA/jaga.lock                held while a process works on the folder
/// ```
package struct DataFolder: Sendable, Hashable {
    /// Absolute or relative to where Jaga was started, without a slash at the
    /// end.
    package let path: String

    package init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    package var alerts: String { path + "/alerts" }
    package var archives: String { path + "/archives" }
    package var index: String { path + "/index" }
    var spool: String { path + "/spool" }
    package var etc: String { path + "/etc" }
    /// Files of groups on a manager, one folder for each; on an agent what it was given.
    package var shared: String { etc + "/shared" }
    package var state: String { path + "/state" }
    /// Prometheus text, renewed while Jaga runs.
    package var metrics: String { state + "/metrics.prom" }
    /// How every source stands, renewed while Jaga runs.
    package var status: String { state + "/status.json" }
    /// Acts that were begun, done and undone.
    package var responseJournal: String { state + "/responses.journal" }
    /// What the command line asks of a running Jaga.
    package var responseRequests: String { state + "/responses.requests" }
    /// A queue for each output.
    package var outputs: String { path + "/outputs" }
    /// Which reports were mailed.
    var reportsSent: String { outputs + "/.reports" }
    /// How far the record of alerts was read for outputs.
    var outputPlace: String { outputs + "/.place" }
    /// What the engine remembers of earlier events.
    var engineMemory: String { state + "/engine.snapshot" }
    /// How far a Wazuh manager has the spool's events.
    var reported: String { state + "/reported" }
    /// What this host needs as the agent of a Wazuh manager: its key, its groups' files.
    var reporting: String { path + "/reporting" }

    /// Advisories, remembered layers, exceptions.
    package var vulnerabilities: String { path + "/vulnerabilities" }

    /// The benchmark's last runs.
    var audit: String { state + "/audit.json" }

    package var lock: String { path + "/jaga.lock" }

    /// The folder of `--data` or `JAGA_DATA`; else `/var/lib/jaga` for root
    /// and `$XDG_STATE_HOME/jaga` (`~/.local/state/jaga`) for others.
    ///
    /// Source: XDG Base Directory Specification 0.8.
    package static func chosen(
        flag: String?,
        environment: [String: String],
        userID: UInt32
    ) -> DataFolder {
        if let flag, !flag.isEmpty { return DataFolder(path: flag) }
        if let named = environment["JAGA_DATA"], !named.isEmpty { return DataFolder(path: named) }
        if userID == 0 { return DataFolder(path: "/var/lib/jaga") }
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            return DataFolder(path: state + "/jaga")
        }
        return DataFolder(path: (environment["HOME"] ?? ".") + "/.local/state/jaga")
    }

    /// Makes the folder with everything that is expected in it.
    ///
    /// - Throws: ``DaemonError`` `data-folder`.
    package func prepare() throws {
        try FileSystem.makeFolder(path, mode: 0o750)
        for folder in [
            alerts, state, etc, etc + "/decoders", etc + "/rules", etc + "/lists",
        ] {
            try FileSystem.makeFolder(folder, mode: 0o750)
        }
        guard access(path, W_OK) == 0 else {
            throw DaemonError(
                .dataFolder,
                "cannot write to the data folder \(path): \(FileSystem.reason());"
                    + " choose another with --data or JAGA_DATA"
            )
        }
    }
}

/// The claim of one process on a data folder; given up when it ends, also by
/// `kill -9`, since the kernel holds it.
package final class DataFolderLock: Sendable {
    private let descriptor: Int32

    /// Claims the folder.
    ///
    /// - Throws: ``DaemonError`` `already-running`, or `data-folder` when the
    ///   lock file cannot be made.
    package init(_ folder: DataFolder) throws {
        descriptor = open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw DaemonError(.dataFolder, "cannot make \(folder.lock): \(FileSystem.reason())")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            // Closed by deinit, which runs since all is set.
            throw DaemonError(
                .alreadyRunning,
                "another jaga works on \(folder.path): stop it, or choose another folder with --data"
            )
        }
    }

    deinit {
        close(descriptor)
    }
}
