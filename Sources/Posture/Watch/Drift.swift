// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient

/// What changed in a container's file system that matters; paths in order.
package struct Drift: Sendable, Hashable {
    /// Files with a bit for executing.
    package var executables: [String] = []
    /// Files below `/etc` that came, changed or went.
    package var settings: [String] = []

    package init() {}

    /// Files whose mode has to be asked for to know, the likeliest first.
    package private(set) var candidates: [String] = []

    /// More than anybody looks at.
    private static let candidateLimit = 20_000

    /// Sorts what the engine lists.
    ///
    /// A folder changes with what is in it, and is left out.
    package init(_ changes: [FileChange]) {
        let folders = Self.folders(of: changes)
        var likely: [String] = []
        var others: [String] = []
        for change in changes where !folders.contains(change.path) {
            if change.path.hasPrefix("/etc/") {
                if !Self.engineFiles.contains(change.path) { settings.append(change.path) }
                continue
            }
            guard change.kind != .deleted, !Self.isData(change.path) else { continue }
            let isLikely = Self.programFolders.contains { change.path.hasPrefix($0) }
            if isLikely { likely.append(change.path) } else { others.append(change.path) }
        }
        settings.sort()
        candidates = Array((likely.sorted() + others.sorted()).prefix(Self.candidateLimit))
    }

    /// Whether a mode with Go's bits is that of a file that can be executed.
    ///
    /// Source: Go's `fs.FileMode`: type bits at the top, permissions in the lowest nine.
    package static func isProgram(_ mode: UInt32) -> Bool {
        let types: UInt32 = 0x8F28_0000
        return mode & types == 0 && mode & 0o111 != 0
    }

    private static let programFolders = [
        "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/",
        "/tmp/",
        "/var/tmp/", "/dev/shm/", "/root/", "/opt/", "/lib/", "/usr/lib/", "/run/",
    ]
    /// Written by the engine at each start.
    private static let engineFiles: Set<String> = [
        "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab",
    ]
    private static let dataEndings = [
        ".pyc", ".log", ".pid", ".json", ".txt", ".conf", ".html", ".css", ".db", ".sqlite",
        ".cache",
        ".lock", ".png", ".jpg", ".gz", ".xml", ".yml", ".yaml", ".md", ".h",
    ]

    private static func isData(_ path: String) -> Bool {
        dataEndings.contains { path.hasSuffix($0) }
    }

    private static func folders(of changes: [FileChange]) -> Set<String> {
        var folders: Set<String> = []
        for change in changes {
            var path = change.path[...]
            while let slash = path.lastIndex(of: "/"), slash > path.startIndex {
                path = path[..<slash]
                if !folders.insert(String(path)).inserted { break }
            }
        }
        return folders
    }
}
