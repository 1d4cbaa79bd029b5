// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// How a path is followed from one file to the next, so that no file between
/// them is missed.
extension FileTail {
    /// Opens the file that has the path: where its position says when there is
    /// one, else as the target says.
    func openCurrent() {
        let isFirst = isFirstOpen
        isFirstOpen = false
        if isFirst, case .file(let saved) = context.ledger.position(of: target.key) {
            writtenBefore = context.ledger.previousRun
            open(resuming: saved)
            return
        }
        if isFirst, writtenBefore == nil, target.start == .beginning, target.format == .dockerJSON {
            // Whatever lies beside the log of a new container is that log.
            writtenBefore = 0
        }
        guard
            let file = openFile({ look in
                isFirst && self.target.start == .end ? look.stamp.size : 0
            })
        else {
            // What appears from now on, and is rotated before it was looked at, is new.
            writtenBefore = writtenBefore ?? LocalClock.nanoseconds()
            return
        }
        let isLater = writtenBefore != nil
        if let writtenBefore { readFiles(after: nil, writtenSince: writtenBefore, before: file) }
        become(file)
        if isLater { takePosition() }
    }

    /// Goes on where an earlier reading ended, also when the file was rotated
    /// or written anew since.
    func open(resuming position: FilePosition) {
        var isContinued = false
        var stamp: FileStamp?
        let file = openFile { look in
            isContinued = look.isContinued(from: position)
            stamp = look.stamp
            guard isContinued else { return 0 }
            return self.passingBacklog(from: position.offset, to: look.stamp.size)
        }
        guard let file else {
            // Still to be resumed, once it is there or can be read.
            parked = position
            lastSeen = nil
            return
        }
        if isContinued {
            // A file of which nothing was read is not known from what it was
            // before it was copied and truncated.
            if position.offset == 0, let writtenBefore {
                readFiles(after: nil, writtenSince: writtenBefore, before: file)
            }
        } else {
            let isSameFile = stamp?.identity.inode == position.identity.inode
            readRotated(position, before: file, isSameFile: isSameFile)
        }
        become(file)
    }

    /// Another file has the path.
    func rotate(now: MonotonicTime) {
        if isCaught { return takeCaught() }
        catchIfQuick(now: now)
        guard let old = current else { return }
        guard drain(old, holdsPosition: true) else {
            restart()
            return
        }
        retire(old, now: now)
        current = nil
        announce("File rotated (inode changed)")
        let modified = old.stamp?.modified ?? 0
        guard let file = openFile({ _ in 0 }) else {
            writtenBefore = modified
            return
        }
        // A link that leads elsewhere now, or a file of another name, left none
        // behind: the old one is where it was.
        if FileIdentity(at: old.path) != old.identity {
            readFiles(after: old, writtenSince: modified, before: file)
        }
        become(file)
        // A file that is gone cannot be found by its position, nor can those be
        // that came after it.
        if old.isDeleted { takePosition() }
    }

    /// The file was truncated, or written anew.
    func restart() {
        guard let old = current else { return }
        current = nil
        let copy = copy(of: old.position)
        if let copy {
            // Half a line goes on in the copy.
            forget(old)
            drain(copy, holdsPosition: true)
            close(copy, holdsPosition: true)
        } else {
            closeTruncated(old)
        }
        announce("File size reduced (inode remained)")
        guard let file = openFile({ _ in 0 }) else {
            // It was renamed meanwhile, and is written on under its new name.
            writtenBefore = lastSeen?.modified ?? LocalClock.nanoseconds()
            return
        }
        // It may have been copied and truncated more than once.
        if let copy {
            readFiles(after: copy, writtenSince: .max, before: file)
        } else if file.identity != old.identity {
            // It was written anew, and then rotated.
            readFiles(after: nil, writtenSince: lastSeen?.modified ?? .max, before: file)
        }
        become(file)
    }

    private func closeTruncated(_ old: OpenFile) {
        let unread = (lastSeen?.size ?? 0) - old.endOffset
        close(old, holdsPosition: false)
        guard unread > 0 else { return }
        earlierCounts.gaps += 1
        earlierCounts.lostBytes += unread
    }

    func become(_ file: OpenFile) {
        current = file
        condition = .reading
        wasOpened = true
        writtenBefore = nil
        // A file that has no position yet has one from now on, lest a restart
        // before its first line takes it for new and skips that line.
        if context.ledger.position(of: target.key) == nil {
            context.ledger.record(.file(file.position), for: target.key)
        }
    }

    private func retire(_ file: OpenFile, now: MonotonicTime) {
        retired.append(Retired(file: file, until: now.advanced(by: Self.linger)))
        guard retired.count > Self.retiredLimit else { return }
        let oldest = retired.removeFirst().file
        drain(oldest, holdsPosition: false)
        close(oldest, holdsPosition: false)
    }

    private static let retiredLimit = 4

    /// Opens what the path leads to, and says in ``condition`` why it cannot.
    private func openFile(_ offset: (OpenFile.Look) -> Int64) -> OpenFile? {
        do throws(OpenFailure) {
            return try OpenFile(
                target.path,
                format: target.format,
                options: target.options
            ) { look throws(OpenFailure) in
                if target.limits.ignoresBinaries, !look.isText { throw .binary }
                return passingOldBytes(from: offset(look), look.stamp)
            }
        } catch {
            condition = error.isMissing ? .missing : .unreadable(reason: error.reason)
            return nil
        }
    }

    /// Source: around-the-engine.md §2.1, `age`.
    private func passingOldBytes(from offset: Int64, _ stamp: FileStamp) -> Int64 {
        guard let age = target.limits.age, offset < stamp.size,
            stamp.modified < LocalClock.nanoseconds() - age.wholeNanoseconds
        else { return offset }
        earlierCounts.skippedBytes += stamp.size - offset
        return stamp.size
    }

    /// Source: around-the-engine.md §2.5, `max-size`.
    private func passingBacklog(from offset: Int64, to size: Int64) -> Int64 {
        guard let limit = target.limits.backlog, size - offset > limit else { return offset }
        earlierCounts.skippedBytes += size - offset
        return size
    }

    /// Reads what an earlier reading left of a file that has the path no longer,
    /// and the files that had it in between.
    private func readRotated(_ position: FilePosition, before next: OpenFile, isSameFile: Bool) {
        let renamed = isSameFile ? nil : rotatedFile(of: position, beside: next.path)
        guard let old = renamed ?? copy(of: position) else {
            // It was truncated, removed or compressed; nobody knows whether it
            // grew before.
            earlierCounts.gaps += 1
            readFiles(after: nil, writtenSince: writtenBefore ?? .max, before: next)
            return
        }
        drain(old, holdsPosition: true)
        retire(old, now: MonotonicTime.now)
        readFiles(after: old, writtenSince: .max, before: next)
    }

    private func rotatedFile(of position: FilePosition, beside path: FilePath) -> OpenFile? {
        var folders = [target.path]
        if path.parent != target.path.parent { folders.append(path) }
        for place in folders {
            let siblings = RotatedSiblings(of: place)
            guard let sibling = siblings.path(ofInode: position.identity.inode),
                // Few bytes do not tell a file from one that got its inode.
                position.head.length >= Self.knowableLength
                    || siblings.newestFirst().contains(sibling),
                let file = openSibling(
                    sibling,
                    { look in
                        look.isContinued(from: position) ? position.offset : nil
                    }
                )
            else { continue }
            return file
        }
        return nil
    }

    /// A copy of the file that was made before it was truncated, from where
    /// reading had come.
    private func copy(of position: FilePosition) -> OpenFile? {
        // Fewer bytes could be those of any file.
        guard position.head.length >= Self.knowableLength else { return nil }
        let place = target.path.resolved ?? target.path
        for sibling in RotatedSiblings(of: place).newestFirst() {
            let file = openSibling(sibling) { look in
                let isCopy =
                    look.stamp.identity != position.identity && look.holdsWhatWasRead(position)
                    && !self.isFinished(look)
                return isCopy ? position.offset : nil
            }
            if let file { return file }
        }
        return nil
    }

    private static let knowableLength = 16

    /// Reads the files that had the path after `old` and before `next`: all that
    /// are newer by name, or when `old` is nowhere, those written since.
    private func readFiles(after old: OpenFile?, writtenSince: Int64, before next: OpenFile) {
        let siblings = RotatedSiblings(of: next.path)
        if let old, FileIdentity(at: siblings.numbered(1)) == old.identity { return }
        var between: [OpenFile] = []
        var isOldFound = false
        // From the newest to the oldest: a rotation meanwhile moves a file to
        // where it is looked for next.
        for path in siblings.newestFirst() where between.count < Self.betweenLimit {
            guard let identity = FileIdentity(at: path) else { continue }
            if identity == old?.identity {
                isOldFound = true
                break
            }
            if isOpen(identity, among: between + [next])
                || context.isOpen(identity, besides: target.id)
            {
                continue
            }
            var wasRead = false
            let file = openSibling(path) { look in
                wasRead = self.isFinished(look)
                return wasRead ? nil : 0
            }
            if wasRead {
                isOldFound = true
                break
            }
            if let file, !isOpen(file.identity, among: between + [next]) { between.append(file) }
        }
        if !isOldFound {
            between.removeAll { ($0.stamp?.modified ?? 0) < writtenSince }
            // There may have been more, that are removed by now.
            if !between.isEmpty, old != nil { earlierCounts.gaps += 1 }
        }
        for file in between.reversed() {
            drain(file, holdsPosition: true)
            retire(file, now: MonotonicTime.now)
        }
    }

    private static let betweenLimit = 64

    private func isOpen(_ identity: FileIdentity, among files: [OpenFile]) -> Bool {
        files.contains { $0.identity == identity }
            || retired.contains { $0.file.identity == identity }
    }

    func isFinished(_ look: OpenFile.Look) -> Bool {
        finished.contains { look.isContinued(from: $0) }
    }

    /// Opens a file beside the one that has the path, where `offset` says; nil
    /// leaves it.
    private func openSibling(
        _ path: FilePath,
        _ offset: (OpenFile.Look) -> Int64?
    ) -> OpenFile? {
        do throws(OpenFailure) {
            return try OpenFile(
                path,
                format: target.format,
                options: target.options
            ) { look throws(OpenFailure) in
                guard let begin = offset(look) else { throw .notRegular }
                return begin
            }
        } catch {
            return nil
        }
    }
}
