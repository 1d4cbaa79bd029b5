// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How a path is followed whose files are gone before they could be opened by the
/// thread that reads: see ``RotationCatcher``.
extension FileTail {
    /// Two rotations closer than this are quick.
    private static let quick = Duration.seconds(1)

    /// Has files opened as they appear, once the engine has rotated quickly.
    ///
    /// Only an engine's: it writes to one file at a time, and makes each anew.
    func catchIfQuick(now: MonotonicTime) {
        defer { lastRotation = now }
        guard !isCaught, target.format == .dockerJSON, let lastRotation,
            now < lastRotation.advanced(by: Self.quick)
        else { return }
        beginCatching()
    }

    /// Has files opened as they appear from now on, if none is passed over before.
    func beginCatching() {
        guard !isCaught, current != nil || startsFresh else { return }
        context.beginCatching(target.path)
        isCaught = context.catcher != nil
    }

    /// Whether the next file is read from its beginning, whichever it is.
    private var startsFresh: Bool {
        guard isFirstOpen else { return true }
        return target.start == .beginning && context.ledger.position(of: target.key) == nil
    }

    /// Takes the first file of the path from those that were caught.
    func openCaught() {
        guard isCaught, startsFresh else { return }
        takeCaught()
        if current != nil { isFirstOpen = false }
    }

    func endCatching() {
        guard isCaught else { return }
        isCaught = false
        context.catcher?.end(target.path)
    }

    /// Reads what was caught, up to the newest file, which has the path from now on.
    func takeCaught() {
        guard let haul = context.catcher?.take(target.path) else { return }
        earlierCounts.gaps += Int64(haul.missed)
        let known = haul.files.lastIndex { $0.identity == current?.identity }
        for (place, caught) in haul.files.enumerated() {
            guard let file = opened(caught) else { continue }
            if let known, place < known {
                // Another was found in its place before this one was caught.
                drain(file, holdsPosition: false)
                close(file, holdsPosition: false)
            } else {
                follow(file)
            }
        }
    }

    /// Nil for a file that is read already, or was.
    private func opened(_ caught: RotationCatcher.CaughtFile) -> OpenFile? {
        let isRead =
            current?.identity == caught.identity
            || retired.contains { $0.file.identity == caught.identity }
        // Made in any case, for its end closes the descriptor.
        let file = try? OpenFile(
            target.path,
            opened: caught.descriptor,
            format: target.format,
            options: target.options
        ) { look throws(OpenFailure) in
            if isRead || isFinished(look) { throw .notRegular }
            return 0
        }
        return file
    }

    /// The file before it is complete: the engine has left it.
    private func follow(_ file: OpenFile) {
        if let old = current {
            drain(old, holdsPosition: true)
            close(old, holdsPosition: true)
        }
        become(file)
    }
}
