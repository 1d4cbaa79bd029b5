// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient

/// What a container has of its own over its image, as far as it tells of packages.
///
/// Known by paths alone, as the engine lists changes; nothing is read for it.
package struct ContainerLayer: Sendable, Hashable {
    /// Paths that were taken away, in order.
    package private(set) var removed: [String] = []
    /// Files that tell of packages by their names, in order; at most ``fileLimit``.
    package private(set) var files: [String] = []
    /// Files that may be programs, in order; at most ``programLimit``.
    package private(set) var programs: [String] = []
    /// What was left out for being too much; for people.
    package private(set) var notes: [String] = []

    /// Each costs a question to the engine.
    private static let fileLimit = 3_000
    private static let programLimit = 300
    private static let removedLimit = 100_000
    /// Where programs are put that somebody installs.
    private static let programFolders = [
        "bin/", "sbin/", "usr/bin/", "usr/sbin/", "usr/local/", "opt/", "root/", "tmp/", "home/",
        "app/", "srv/",
    ]

    /// Sorts what the engine lists.
    package init(_ changes: [FileChange]) {
        var folders: Set<Substring> = []
        for change in changes {
            var path = change.path[...]
            while let slash = path.lastIndex(of: "/"), slash > path.startIndex {
                path = path[..<slash]
                if !folders.insert(path).inserted { break }
            }
        }
        for change in changes.sorted(by: { $0.path < $1.path }) {
            let path = String(change.path.drop { $0 == "/" })
            guard !path.isEmpty else { continue }
            if change.kind == .deleted {
                if removed.count < Self.removedLimit { removed.append(path) }
            } else if !folders.contains(change.path[...]) {
                place(path)
            }
        }
        files = bounded(files, Self.fileLimit, "files that tell of")
        programs = bounded(programs, Self.programLimit, "programs that may hold")
    }

    private mutating func place(_ path: String) {
        let entry = TarEntry(kind: .file, path: path, mode: 0, size: 0)
        if PackageFile(entry) != nil {
            files.append(path)
        } else if Self.programFolders.contains(where: path.hasPrefix), !path.hasSuffix(".pyc") {
            programs.append(path)
        }
    }

    private mutating func bounded(_ paths: [String], _ limit: Int, _ what: String) -> [String] {
        guard paths.count > limit else { return paths }
        notes.append(
            "\(paths.count - limit) \(what) packages were not read: the container has too many"
        )
        return Array(paths.prefix(limit))
    }

    /// Whether nothing in it can tell of packages.
    package var isEmpty: Bool { files.isEmpty && programs.isEmpty }

    /// Databases of distributions that it has of its own: when these are others, the
    /// packages may be.
    package var databases: [String] {
        files.filter { path in
            let entry = TarEntry(kind: .file, path: path, mode: 0, size: 0)
            return PackageFile(entry).map { !$0.isOfOne } ?? false
        }
    }
}
