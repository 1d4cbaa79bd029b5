// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
package import FuzzSupport
import Transport

/// Everything that a Wazuh peer can send, sealed by a key that the fuzzer need not know.
private enum WazuhInput {
    private static let cipher = PacketCipher(id: "001", name: "web-1", key: "a")

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = bytes.dropFirst()
        switch first % 7 {
        case 0: packet(rest)
        case 1: sealed(rest)
        case 2: agentMessage(rest)
        case 3: managerMessage(rest)
        case 4: enrolment(rest)
        case 5: keys(rest)
        default: _ = SharedBundle(bytes: Array(rest)).files
        }
    }

    private static func packet(_ bytes: ArraySlice<UInt8>) {
        guard let packet = Packet(bytes) else { return }
        _ = try? SealedMessage.open(packet.ciphertext, with: cipher, by: packet.method)
    }

    /// The plain text of a message is the fuzzer's: inflating and what follows is reached.
    private static func sealed(_ bytes: ArraySlice<UInt8>) {
        let plain = [UInt8](repeating: UInt8(ascii: "!"), count: 8 - bytes.count % 8) + bytes
        for method in CipherMethod.allCases {
            guard let sealed = cipher.encrypt(plain, by: method) else { continue }
            _ = try? SealedMessage.open(sealed[...], with: cipher, by: method)
        }
        guard !bytes.isEmpty else { return }
        let counter = MessageCounter(global: 1, local: 2)
        let own = SealedMessage.seal(bytes, counter: counter, random: 3, with: cipher, by: .aes)
        guard let own, let back = try? SealedMessage.open(own[...], with: cipher, by: .aes) else {
            fatalError("what was sealed does not open")
        }
        precondition(back.body == bytes && back.counter == counter)
    }

    private static func agentMessage(_ bytes: ArraySlice<UInt8>) {
        let message = AgentMessage(bytes)
        if case .event(let event) = message {
            // What is written again reads the same.
            precondition(WireEvent(event.body[...]) == event)
        }
        if case .keepAlive(let keepAlive) = message { _ = UnameLine(keepAlive.uname) }
    }

    private static func managerMessage(_ bytes: ArraySlice<UInt8>) {
        _ = ManagerMessage(bytes).body
    }

    private static func enrolment(_ bytes: ArraySlice<UInt8>) {
        _ = try? EnrolmentRequest(bytes, password: nil)
        _ = try? EnrolmentRequest(bytes, password: "pass word")
        _ = EnrolmentReply(bytes)
        _ = try? GroupNames.read(String(decoding: bytes, as: UTF8.self)) { _ in true }
    }

    private static func keys(_ bytes: ArraySlice<UInt8>) {
        var diagnostics: [Diagnostic] = []
        let text = String(decoding: bytes, as: UTF8.self)
        var keys = ClientKeys(text, file: "client.keys", diagnostics: &diagnostics)
        for agent in keys.agents { _ = keys.remove(agent.id, purging: agent.id.hasSuffix("1")) }
        precondition(keys.count == 0)
        _ = keys.text
        _ = AgentKey(exported: text)
    }
}

/// Packets, messages, enrolment, keys and shared files of Wazuh's protocol.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    WazuhInput.run(FuzzInput.bytes(start, count))
    return 0
}

@_cdecl("FuzzWazuh_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
