// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A path as the kernel takes it: bytes, of any encoding, without NUL.
package struct FilePath: Sendable, Hashable {
    /// Never empty, never with a NUL.
    package let bytes: [UInt8]

    /// Bytes from the first NUL on are cut; an empty path becomes `.`.
    package init(bytes: some Sequence<UInt8>) {
        let path = Array(bytes.prefix { $0 != 0 })
        self.bytes = path.isEmpty ? [UInt8(ascii: ".")] : path
    }

    package init(_ text: String) {
        self.init(bytes: text.utf8)
    }

    /// For people; bytes that are not UTF-8 become U+FFFD.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The folder it lies in.
    var parent: FilePath {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return FilePath(".") }
        return FilePath(bytes: slash == 0 ? bytes[...slash] : bytes[..<slash])
    }

    /// What follows the last slash.
    var name: ArraySlice<UInt8> {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return bytes[...] }
        return bytes[(slash + 1)...]
    }

    /// An entry of this folder.
    func appending(_ name: some Sequence<UInt8>) -> FilePath {
        let isRoot = bytes.last == UInt8(ascii: "/")
        return FilePath(bytes: bytes + (isRoot ? [] : [UInt8(ascii: "/")]) + name)
    }

    /// Where links lead; nil when there is nothing.
    var resolved: FilePath? {
        withCString { path in
            guard let found = realpath(path, nil) else { return nil }
            defer { free(found) }
            return FilePath(bytes: UnsafeRawBufferPointer(start: found, count: strlen(found)))
        }
    }

    /// Whether a folder is there whose entries this process may see and open.
    var isReadableFolder: Bool {
        var status = stat()
        return withCString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
            && withCString { access($0, R_OK | X_OK) } == 0
    }

    func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        try withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            buffer[bytes.count] = 0
            // The buffer holds at least the terminator, so it has a base.
            return try buffer.baseAddress.map { try body(UnsafePointer($0)) } ?? body("")
        }
    }

    /// The whole file; nil when there is none.
    ///
    /// - Throws: ``CollectorError`` `positions-unreadable`, also above `limit`
    ///   bytes.
    func contents(limit: Int) throws -> [UInt8]? {
        let descriptor = withCString { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw unreadable(SystemCall.reason())
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while content.count <= limit {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(SystemCall.reason()) }
            guard count > 0 else { return content }
            content += buffer[..<count]
        }
        throw unreadable("larger than \(limit) bytes")
    }

    /// Replaces the file in one step, synced: either all of `content` is there
    /// afterwards, or what was there before.
    ///
    /// - Throws: ``CollectorError`` `positions-not-saved`.
    func replaceContents(with content: [UInt8]) throws {
        let beside = FilePath(bytes: bytes + Array(".new".utf8))
        let descriptor = beside.withCString {
            open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        }
        guard descriptor >= 0 else { throw notSaved() }
        var rest = content[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        let isWritten = rest.isEmpty && fsync(descriptor) == 0
        let failure = errno
        close(descriptor)
        guard isWritten else { throw notSaved(failure) }
        let isRenamed = beside.withCString { old in withCString { rename(old, $0) } } == 0
        guard isRenamed else { throw notSaved() }
        syncFolder()
    }

    /// Makes the rename last.
    ///
    /// A failure loses at most the newest positions.
    private func syncFolder() {
        let descriptor = parent.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func unreadable(_ reason: String) -> CollectorError {
        CollectorError(
            .positionsUnreadable,
            "cannot read \(text): \(reason); remove it to start anew"
        )
    }

    private func notSaved(_ number: Int32 = errno) -> CollectorError {
        CollectorError(
            .positionsNotSaved,
            "cannot write \(text): \(SystemCall.reason(number)); until that is mended, a restart"
                + " reads some lines twice"
        )
    }
}
