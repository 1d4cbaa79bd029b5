// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WebServer

@Suite("Passwords")
struct PasswordHashTests {
    @Test("a hash of another implementation is understood")
    func knownAnswer() throws {
        let hash = try TestPassword.hash()
        #expect(hash.matches("correct horse"))
        #expect(!hash.matches("correct horsf"))
        #expect(!hash.matches(""))
    }

    @Test("a new hash takes its password alone, and has its own salt")
    func newHash() throws {
        let first = try PasswordHash(of: "battery staple")
        let second = try PasswordHash(of: "battery staple")
        #expect(first.matches("battery staple"))
        #expect(!first.matches("battery stapl"))
        #expect(first != second)
    }

    @Test(
        "parameters that cost too much, or are none, match nothing",
        arguments: [
            (1 << 24, 8, 1), (0, 8, 1), (-16, 1, 1), (15, 1, 1), (16, 0, 1), (16, 1, 0),
            (16, 1 << 40, 1), (16, 1, 1 << 40),
        ]
    )
    func parameters(rounds: Int, blockSize: Int, parallelism: Int) throws {
        let json = """
            {"algorithm":"scrypt","rounds":\(rounds),"blockSize":\(blockSize),
             "parallelism":\(parallelism),"salt":"","hash":""}
            """
        let hash = try JSONDecoder().decode(PasswordHash.self, from: Data(json.utf8))
        #expect(!hash.matches("x"))
    }

    @Test(
        "short, endless and blank passwords are not taken",
        arguments: [
            ("123456789", false), ("1234567890", true),
            (String(repeating: "a", count: 1025), false),
            ("          ", false), ("пароль-длинный", true),
        ]
    )
    func objections(password: String, isTaken: Bool) {
        #expect((PasswordHash.objection(to: password) == nil) == isTaken)
    }

    @Test("base64url goes both ways for every length")
    func base64() {
        for count in 0...70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        #expect(Base64URL.encode(Array("light w".utf8)) == "bGlnaHQgdw")
        #expect(Base64URL.decode("a b") == nil)
    }
}
