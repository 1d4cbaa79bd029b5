// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A message with its digest and counter, compressed, padded, encrypted.
///
/// ```
/// inner = RAND5 GLOBAL10 ":" LOCAL4 ":" BODY
/// plain = "!" × (1…8) ‖ zlib(md5hex(inner) ‖ inner)      a multiple of 8 bytes
/// ```
/// Source: around-the-engine.md §5.4.
package enum SealedMessage {
    /// Bytes of a body at most.
    package static let bodyLimit = 65_408
    /// Bytes that a message may inflate to.
    private static let inflatedLimit = 65_536
    private static let digestLength = 32
    /// Five digits, ten, a colon, four, a colon.
    private static let headLength = 21
    private static let mark = UInt8(ascii: "!")
    private static let colon = UInt8(ascii: ":")

    /// Why bytes are no message.
    package enum Fault: Error, Sendable, Hashable {
        /// Not encrypted by this key.
        case undecryptable
        /// More than a message may hold: somebody tries to fill our memory.
        case tooLarge
        /// The digest is not that of the text.
        case digest
        /// The head is not as above, or nothing follows it.
        case malformed
    }

    /// A message that was opened.
    package struct Opened: Sendable, Hashable {
        package let counter: MessageCounter
        package let body: ArraySlice<UInt8>
    }

    /// Closes a message; nil when its body is empty or too long.
    ///
    /// `random` only makes equal messages differ.
    package static func seal(
        _ body: some Collection<UInt8>,
        counter: MessageCounter,
        random: UInt16,
        with cipher: PacketCipher,
        by method: CipherMethod
    ) -> [UInt8]? {
        guard (1...bodyLimit).contains(body.count) else { return nil }
        var inner: [UInt8] = []
        inner.reserveCapacity(headLength + body.count)
        inner.appendPadded(Int(random), width: 5)
        inner.appendPadded(Int(counter.global), width: 10)
        inner.append(colon)
        inner.appendPadded(counter.local, width: 4)
        inner.append(colon)
        inner.append(contentsOf: body)
        guard let stream = Compression.deflate(HexDigest.md5(inner) + inner) else { return nil }
        let padding = (8 - (stream.count + 1) % 8) % 8
        return cipher.encrypt(
            [UInt8](repeating: mark, count: padding + 1) + stream,
            by: method
        )
    }

    /// Opens a message.
    ///
    /// - Throws: ``Fault``.
    package static func open(
        _ sealed: ArraySlice<UInt8>,
        with cipher: PacketCipher,
        by method: CipherMethod
    ) throws(Fault) -> Opened {
        guard let plain = cipher.decrypt(sealed, by: method), plain.first == mark else {
            throw .undecryptable
        }
        let text: [UInt8]
        switch Compression.inflate(plain.drop { $0 == mark }, limit: inflatedLimit) {
        case .bytes(let bytes): text = bytes
        case .tooLarge: throw .tooLarge
        case .damaged: throw .undecryptable
        }
        guard text.count > digestLength + headLength else { throw .malformed }
        let inner = text[digestLength...]
        guard ConstantTime.equal(HexDigest.md5(inner), text.prefix(digestLength)) else {
            throw .digest
        }
        let head = inner.prefix(headLength).dropFirst(5)
        guard let counter = MessageCounter(head) else { throw .malformed }
        return Opened(counter: counter, body: inner.dropFirst(headLength))
    }
}
