// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which watch serves which tails.
struct WatchTable {
    private struct Uses {
        var folder: Int32?
        var files: [Int32] = []
        /// Something could not be watched; it is looked at again and again.
        var isIncomplete = false

        var all: [Int32] { files + (folder.map { [$0] } ?? []) }
    }

    private var uses: [FileTargetID: Uses] = [:]
    private var users: [Int32: Set<FileTargetID>] = [:]
    private var folders: Set<Int32> = []
    /// Folders of patterns; they stay watched while no tail uses them.
    private var kept: Set<Int32> = []

    /// Whether some tail must be polled, for lack of a watch.
    var isIncomplete: Bool { uses.values.contains(where: \.isIncomplete) }

    func isFolder(_ watch: Int32) -> Bool { folders.contains(watch) || kept.contains(watch) }

    func users(of watch: Int32) -> Set<FileTargetID> { users[watch] ?? [] }

    /// Says what watches a tail now; the watches nobody needs any more.
    mutating func set(folder: Int32?, files: [Int32?], for id: FileTargetID) -> [Int32] {
        let old = uses[id]?.all ?? []
        let new = Uses(
            folder: folder,
            files: files.compactMap { $0 },
            isIncomplete: files.contains(nil)
        )
        uses[id] = new
        if let folder { folders.insert(folder) }
        for watch in new.all { users[watch, default: []].insert(id) }
        return release(old.filter { !new.all.contains($0) }, of: id)
    }

    mutating func keepFolders(_ watches: [Int32]) {
        kept.formUnion(watches)
    }

    /// The tail is gone; the watches nobody needs any more.
    mutating func remove(_ id: FileTargetID) -> [Int32] {
        release(uses.removeValue(forKey: id)?.all ?? [], of: id)
    }

    /// The kernel has dropped the watch.
    mutating func forget(_ watch: Int32) {
        for id in users.removeValue(forKey: watch) ?? [] {
            uses[id]?.files.removeAll { $0 == watch }
            if uses[id]?.folder == watch { uses[id]?.folder = nil }
        }
        folders.remove(watch)
        kept.remove(watch)
    }

    private mutating func release(_ watches: [Int32], of id: FileTargetID) -> [Int32] {
        watches.filter { watch in
            users[watch]?.remove(id)
            guard users[watch]?.isEmpty == true else { return false }
            users[watch] = nil
            guard !kept.contains(watch) else { return false }
            folders.remove(watch)
            return true
        }
    }
}
