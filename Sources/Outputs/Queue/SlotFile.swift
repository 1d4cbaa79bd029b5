// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib
import Glibc

/// A small text that is written over and over, and after a crash is the last one or the
/// one before, never half of one.
///
/// ```
/// two slots of 128 KiB, written by turns:
/// CRC-32 of the rest (4 bytes, little endian) │ length (4) │ generation (8) │ bytes
/// ```
/// One thread at a time; calls block.
package final class SlotFile {
    private static let slotBytes = 128 << 10
    private static let headerBytes = 16

    private let path: String
    private let descriptor: Int32
    private var generation: UInt64 = 0
    /// What it held when it was opened; nil for nothing.
    package private(set) var content: [UInt8]?

    /// Opens the file, or makes it.
    ///
    /// - Throws: ``OutputError`` `queue`.
    package init(path: String) throws(OutputError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { throw QueueFailure.error("open", path) }
        for slot in 0..<2 {
            guard let (number, bytes) = read(slot), number > generation else { continue }
            (generation, content) = (number, bytes)
        }
    }

    deinit { close(descriptor) }

    /// Replaces the text.
    ///
    /// - Throws: ``OutputError`` `queue`; the text before it stays then.
    package func write(_ bytes: [UInt8], syncs: Bool) throws(OutputError) {
        guard bytes.count <= Self.slotBytes - Self.headerBytes else {
            throw OutputError(.queue, "\(path) cannot hold \(bytes.count) bytes")
        }
        let next = generation + 1
        var body: [UInt8] = []
        body.append(littleEndian: UInt32(bytes.count))
        body.append(littleEndian: next)
        body += bytes
        var record: [UInt8] = []
        record.append(littleEndian: QueueRecord.checksum(body[...]))
        record += body
        let offset = Int(next % 2) * Self.slotBytes
        try QueueFailure.write(record, descriptor, at: offset, path)
        if syncs, fdatasync(descriptor) != 0 { throw QueueFailure.error("sync", path) }
        generation = next
    }

    private func read(_ slot: Int) -> (UInt64, [UInt8])? {
        var bytes = [UInt8](repeating: 0, count: Self.slotBytes)
        let count = pread(descriptor, &bytes, bytes.count, off_t(slot * Self.slotBytes))
        guard count >= Self.headerBytes else { return nil }
        let length = Int(bytes.littleEndian32(at: 4))
        guard length <= count - Self.headerBytes else { return nil }
        let body = bytes[4..<Self.headerBytes + length]
        guard QueueRecord.checksum(body) == bytes.littleEndian32(at: 0) else { return nil }
        return (
            bytes.littleEndian64(at: 8), Array(bytes[Self.headerBytes..<Self.headerBytes + length])
        )
    }
}

/// Errors and whole writes of the queue's files.
enum QueueFailure {
    static func error(_ verb: String, _ path: String) -> OutputError {
        let reason = String(cString: strerror(errno)).lowercased()
        return OutputError(.queue, "cannot \(verb) \(path): \(reason)")
    }

    static func write(
        _ bytes: [UInt8],
        _ descriptor: Int32,
        at offset: Int,
        _ path: String
    ) throws(OutputError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(
                    descriptor,
                    buffer.baseAddress?.advanced(by: done),
                    bytes.count - done,
                    off_t(offset + done)
                )
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw error("write", path) }
            done += count
        }
    }
}

extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// The number at an index from which on four bytes are there.
    func littleEndian32(at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(self[index + $1]) << (8 * $1) }
    }

    /// The number at an index from which on eight bytes are there.
    func littleEndian64(at index: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(self[index + $1]) << (8 * $1) }
    }
}
