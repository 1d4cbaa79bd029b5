// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib
import Crypto
import Foundation
import JagaTesting
import Testing
import Transport

@Suite("packets of Wazuh's protocol")
struct PacketTests {
    @Test("the secret is that of the vector")
    func secret() {
        #expect(Vectors.cipher.secret.text == Vectors.secret)
    }

    @Test(
        "a packet of the vectors is opened",
        arguments: [(Vectors.aes, CipherMethod.aes), (Vectors.blowfish, .blowfish)]
    )
    func opened(_ bytes: [UInt8], _ method: CipherMethod) throws {
        let packet = try #require(Packet(bytes[...]))

        let message = try SealedMessage.open(
            packet.ciphertext,
            with: Vectors.cipher,
            by: packet.method
        )

        #expect(packet.agentID == "001")
        #expect(packet.method == method)
        #expect(message.body.text == Vectors.body)
        #expect(message.counter == Vectors.counter)
    }

    @Test(
        "what we write is the vector, byte for byte",
        arguments: [(Vectors.aes, CipherMethod.aes), (Vectors.blowfish, .blowfish)]
    )
    func written(_ bytes: [UInt8], _ method: CipherMethod) throws {
        let sealed = try #require(
            SealedMessage.seal(
                Vectors.body.utf8,
                counter: Vectors.counter,
                random: Vectors.random,
                with: Vectors.cipher,
                by: method
            )
        )

        let packet = Packet.render(agentID: "001", method: method, ciphertext: sealed)

        #expect(packet.hex == bytes.hex)
    }

    @Test("bodies of every length up to the limit survive", arguments: CipherMethod.allCases)
    func lengths(_ method: CipherMethod) throws {
        var random = SeededGenerator(seed: 20)
        for length in Array(1...40) + [4_096, 65_407, 65_408] {
            let body = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let sealed = try #require(seal(body, method))

            let message = try SealedMessage.open(sealed[...], with: Vectors.cipher, by: method)

            #expect(Array(message.body) == body)
        }
    }

    @Test("an empty body and one over the limit are not sent")
    func wrongLengths() {
        #expect(seal([], .aes) == nil)
        #expect(seal([UInt8](repeating: 65, count: 65_409), .aes) == nil)
    }

    @Test("another agent's key opens nothing", arguments: CipherMethod.allCases)
    func wrongKey(_ method: CipherMethod) throws {
        let other = PacketCipher(id: "001", name: "web-1", key: String(repeating: "0", count: 64))
        let sealed = try #require(seal("1:a:b".bytes, method))

        #expect(throws: SealedMessage.Fault.undecryptable) {
            try SealedMessage.open(sealed[...], with: other, by: method)
        }
    }

    @Test("one changed byte is noticed, wherever it is", arguments: CipherMethod.allCases)
    func changed(_ method: CipherMethod) throws {
        let sealed = try #require(seal(Vectors.body.bytes, method))

        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x10
            #expect(throws: SealedMessage.Fault.self, "byte \(index)") {
                try SealedMessage.open(changed[...], with: Vectors.cipher, by: method)
            }
        }
    }

    @Test("a message that inflates beyond the limit is given up")
    func bomb() throws {
        let plain = outer([UInt8](repeating: 0, count: 32 << 20))
        let sealed = try #require(encrypt(plain))

        #expect(throws: SealedMessage.Fault.tooLarge) {
            try SealedMessage.open(sealed[...], with: Vectors.cipher, by: .blowfish)
        }
    }

    @Test(
        "a text that is no message is refused",
        arguments: [
            ("", SealedMessage.Fault.malformed),
            (String(repeating: "x", count: 52), .malformed),
            (String(repeating: "x", count: 53), .malformed),
            (String(repeating: "x", count: 54), .digest),
        ]
    )
    func noMessage(_ text: String, _ fault: SealedMessage.Fault) throws {
        let sealed = try #require(encrypt(outer(text.bytes)))

        #expect(throws: fault) {
            try SealedMessage.open(sealed[...], with: Vectors.cipher, by: .blowfish)
        }
    }

    @Test(
        "a counter that is no number is refused, with a digest that is right",
        arguments: [
            "12345abcdefghij:0001:body", "123450000000000:x001:body", "12345000000000010001::b",
        ]
    )
    func noCounter(_ inner: String) throws {
        let digest = Insecure.MD5.hash(data: Data(inner.utf8)).map { Array([$0]).hex }.joined()
        let sealed = try #require(encrypt(outer((digest + inner).bytes)))

        #expect(throws: SealedMessage.Fault.malformed) {
            try SealedMessage.open(sealed[...], with: Vectors.cipher, by: .blowfish)
        }
    }

    @Test(
        "what is no packet is refused",
        arguments: [
            "", "!", "!!", "!!#AES:x", "!001", "!001!", "!001!x", "!12a!:x", "!123456789!:x",
            "#AES",
            "x", "!0!!:x",
        ]
    )
    func noPacket(_ text: String) {
        #expect(Packet(text.slice) == nil)
    }

    @Test("a packet without an id is one whose sender is known by its address")
    func withoutID() throws {
        let packet = try #require(Packet("#AES:abc".slice))

        #expect(packet.agentID == nil)
        #expect(packet.method == .aes)
        #expect(packet.ciphertext.text == "abc")
    }

    @Test("random bytes never open, and never end the process", arguments: 1...8)
    func randomBytes(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<400 {
            let count = Int.random(in: 0...300, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let prefixes = ["", "!001!:", "!1!#AES:", ":", "#AES:"]
            bytes = (prefixes.randomElement(using: &random) ?? "").bytes + bytes
            guard let packet = Packet(bytes[...]) else { continue }
            #expect(throws: SealedMessage.Fault.self, "seed \(seed)") {
                try SealedMessage.open(
                    packet.ciphertext,
                    with: Vectors.cipher,
                    by: packet.method
                )
            }
        }
    }

    private func seal(_ body: [UInt8], _ method: CipherMethod) -> [UInt8]? {
        SealedMessage.seal(
            body,
            counter: Vectors.counter,
            random: Vectors.random,
            with: Vectors.cipher,
            by: method
        )
    }

    /// Compressed and padded as the protocol wants it, whatever the text is.
    private func outer(_ text: [UInt8]) -> [UInt8] {
        var size = compressBound(uLong(text.count))
        var stream = [UInt8](repeating: 0, count: Int(size))
        compress2(&stream, &size, text, uLong(text.count), 9)
        stream.removeLast(stream.count - Int(size))
        let padding = (8 - (stream.count + 1) % 8) % 8
        return [UInt8](repeating: UInt8(ascii: "!"), count: padding + 1) + stream
    }

    private func encrypt(_ plain: [UInt8]) -> [UInt8]? {
        Vectors.cipher.encrypt(plain, by: .blowfish)
    }
}
