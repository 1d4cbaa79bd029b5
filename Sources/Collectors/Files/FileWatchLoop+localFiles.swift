// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Finding the files that `<localfile>` means: patterns are expanded when their folders change,
/// and now and then.
extension FileWatchLoop {
    func expandAll() {
        let start = MonotonicTime.now
        for index in localFiles.indices { expand(index) }
        let now = MonotonicTime.now
        // Ten thousand files take their time: it is a tenth of all at most.
        let cost = now.nanoseconds - start.nanoseconds
        earliestExpansion = now.advanced(by: .nanoseconds(10 * cost))
        nextExpansion = now.advanced(by: Self.expansionInterval)
    }

    /// How often patterns are expanded whatever inotify says.
    private static let expansionInterval = Duration.seconds(30)

    func expand(_ index: Int) {
        if let inotify {
            for folder in localFiles[index].file.location.folders() {
                guard let watch = inotify.watch(folder, for: Inotify.folderChanges) else {
                    continue
                }
                watches.keep(watch, at: folder)
            }
        }
        let twins = localFiles[index].twins
        let appeared = localFiles[index].expand(
            atSeconds: LocalClock.nanoseconds() / 1_000_000_000,
            isOpen: { files.contains($0) }
        )
        for appearance in appeared { follow(appearance, index) }
        for path in localFiles[index].twins.subtracting(twins) {
            board.update(StatusName(.file, path.text)) {
                $0.state = .waiting(
                    reason: "the same file as one that is read under another path",
                    retrySeconds: nil
                )
            }
        }
        for path in twins.subtracting(localFiles[index].twins) where idsByPath[path] == nil {
            board.remove(StatusName(.file, path.text))
        }
    }

    /// A file that has come to be, perhaps one that a pattern means.
    func consider(_ path: FilePath) {
        let seconds = LocalClock.nanoseconds() / 1_000_000_000
        for index in localFiles.indices {
            let appearance = localFiles[index].appearance(
                of: path,
                atSeconds: seconds,
                isOpen: { files.contains($0) }
            )
            guard let appearance else { continue }
            follow(appearance, index)
            return
        }
    }

    private func follow(_ appearance: LocalFileExpansion.Appearance, _ index: Int) {
        guard idsByPath[appearance.path] == nil else { return }
        if let refusal = configuration.ownFiles?.refusal(of: appearance.path) {
            board.update(StatusName(.file, appearance.path.text)) {
                $0.state = .ignored(reason: refusal)
            }
            return
        }
        let id = FileTargetID(number: nextLocalID)
        nextLocalID -= 1
        localFiles[index].ids[appearance.path] = id
        follow(localFiles[index].target(appearance, id: id))
    }

    func giveUpVanished(_ now: MonotonicTime) {
        let seconds = LocalClock.nanoseconds() / 1_000_000_000
        for index in localFiles.indices {
            let vanished = localFiles[index].vanished(atSeconds: seconds, now: now) { id in
                tails[id]?.condition == .missing
            }
            for id in vanished { finish(id, .removedBeforeStart) }
        }
    }
}
