// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What is seen of the engine's host.
package struct HostFacts: Sendable, Hashable {
    /// A file or folder that is there.
    package struct File: Sendable, Hashable {
        package var owner: UInt32
        package var group: UInt32
        /// Permissions, the lowest twelve bits.
        package var mode: UInt32

        package init(owner: UInt32, group: UInt32, mode: UInt32) {
            self.owner = owner
            self.group = group
            self.mode = mode
        }
    }

    /// By path; those that were looked for and are not there are missing.
    package var files: [String: File] = [:]
    /// Lines of the kernel's audit rules; nil where there is no audit.
    package var auditRules: [String]?
    /// Whether the engine's folder is a mount of its own; nil when it is not known.
    package var hasOwnPartition: Bool?
    package var dockerGroup: Group?
    /// The engine's own socket and settings, where they are not at their usual places.
    package var socketPath: String?
    package var settingsPath: String?
    /// Of the engine's process; nil when it is not seen.
    package var engineUser: UInt32?

    /// Ids of containers in which an SSH server runs.
    package var sshContainers: Set<String> = []

    package struct Group: Sendable, Hashable {
        package var id: UInt32
        package var members: [String]

        package init(id: UInt32, members: [String]) {
            self.id = id
            self.members = members
        }
    }

    package init() {}

    /// The first of several places at which something is.
    func first(_ paths: [String]) -> (path: String, file: File)? {
        for path in paths {
            if let file = files[path] { return (path, file) }
        }
        return nil
    }

    /// Whether owner and group are as they should be.
    func owned(_ paths: [String], group: UInt32? = 0, named: String = "root:root") -> AuditVerdict {
        guard let (path, file) = first(paths) else {
            return .notApplicable("there is no \(paths.first ?? "such file")")
        }
        guard file.owner == 0, file.group == 0 || file.group == group else {
            return .failed(
                "it does not belong to \(named)",
                ["\(path) (\(file.owner):\(file.group))"]
            )
        }
        return .passed("\(path) belongs to \(named)")
    }

    /// Whether nobody has more rights than these.
    func restricted(_ paths: [String], to mode: UInt32) -> AuditVerdict {
        guard let (path, file) = first(paths) else {
            return .notApplicable("there is no \(paths.first ?? "such file")")
        }
        let allowed = String(mode, radix: 8)
        guard file.mode & 0o777 & ~mode == 0 else {
            let found = String(file.mode & 0o777, radix: 8)
            return .failed("it has more rights than \(allowed)", ["\(path) (\(found))"])
        }
        return .passed("\(path) has no more rights than \(allowed)")
    }

    /// Whether the kernel writes down what is done to a path.
    func audited(_ paths: [String]) -> AuditVerdict {
        guard let (path, _) = first(paths) else {
            return .notApplicable("there is no \(paths.first ?? "such file")")
        }
        guard let auditRules else {
            return .failed("the kernel's audit has no rules here", [path])
        }
        let isWatched = auditRules.contains { Self.watches($0, path) }
        return isWatched
            ? .passed("an audit rule watches \(path)")
            : .failed("no audit rule watches it", [path])
    }

    /// Whether a rule is `-w PATH`, or has a condition on this path or folder.
    private static func watches(_ rule: String, _ path: String) -> Bool {
        let words = rule.split { $0 == " " || $0 == "\t" }.map(String.init)
        for (word, next) in zip(words, words.dropFirst()) {
            if word == "-w", next == path { return true }
            if word == "-F", next == "path=" + path || next == "dir=" + path { return true }
        }
        return false
    }
}
