// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which watch serves which tails.
struct WatchTable {
    private struct Uses {
        var folder: Int32?
        var files: [Int32] = []

        var all: [Int32] { files + (folder.map { [$0] } ?? []) }
    }

    private var uses: [FileTargetID: Uses] = [:]
    private var users: [Int32: Set<FileTargetID>] = [:]
    /// The paths by which each watched folder is known.
    private var folders: [Int32: Set<FilePath>] = [:]
    /// Folders of patterns; they stay watched while no tail uses them.
    private var kept: Set<Int32> = []
    /// Tails of which something is not watched.
    private(set) var incomplete: Set<FileTargetID> = []

    func isFolder(_ watch: Int32) -> Bool { folders[watch] != nil }

    func users(of watch: Int32) -> Set<FileTargetID> { users[watch] ?? [] }

    func paths(of folder: Int32) -> Set<FilePath> { folders[folder] ?? [] }

    /// Whether all that a tail uses is watched.
    func isWatched(_ id: FileTargetID) -> Bool {
        uses[id]?.folder != nil && !incomplete.contains(id)
    }

    /// Says what watches a tail now; the watches nobody needs any more.
    mutating func set(
        folder: Int32?,
        at path: FilePath,
        files: [Int32?],
        for id: FileTargetID
    ) -> [Int32] {
        let old = uses[id]?.all ?? []
        let new = Uses(folder: folder, files: files.compactMap { $0 })
        uses[id] = new
        // Without its folder it may still come to be; that is no lack of watches.
        if files.contains(nil) { incomplete.insert(id) } else { incomplete.remove(id) }
        if let folder { folders[folder, default: []].insert(path) }
        for watch in new.all { users[watch, default: []].insert(id) }
        return release(old.filter { !new.all.contains($0) }, of: id)
    }

    mutating func keep(_ folder: Int32, at path: FilePath) {
        kept.insert(folder)
        folders[folder, default: []].insert(path)
    }

    /// The tail is gone; the watches nobody needs any more.
    mutating func remove(_ id: FileTargetID) -> [Int32] {
        incomplete.remove(id)
        return release(uses.removeValue(forKey: id)?.all ?? [], of: id)
    }

    /// The kernel has dropped the watch: those who used it need another.
    mutating func forget(_ watch: Int32) {
        for id in users.removeValue(forKey: watch) ?? [] {
            uses[id]?.files.removeAll { $0 == watch }
            if uses[id]?.folder == watch { uses[id]?.folder = nil }
            incomplete.insert(id)
        }
        folders[watch] = nil
        kept.remove(watch)
    }

    private mutating func release(_ watches: [Int32], of id: FileTargetID) -> [Int32] {
        watches.filter { watch in
            users[watch]?.remove(id)
            guard users[watch]?.isEmpty == true else { return false }
            users[watch] = nil
            guard !kept.contains(watch) else { return false }
            folders[watch] = nil
            return true
        }
    }
}
