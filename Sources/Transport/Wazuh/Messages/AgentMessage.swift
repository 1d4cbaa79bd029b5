// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import FoundationEssentials

/// What an agent says to its manager.
///
/// Source: around-the-engine.md §5.6.
package enum AgentMessage: Sendable, Hashable {
    /// It starts; old ones do not tell their version.
    case startup(version: String?)
    case shutdown
    case keepAlive(KeepAlive)
    /// The answer to a request.
    case response(number: String, payload: ArraySlice<UInt8>)
    /// A request over UDP has arrived.
    case requestReceived(number: String)
    case event(WireEvent)
    /// Control that we do not know, or that is not well-formed.
    case unknown

    static let controlMark = Array("#!-".utf8)
    static let startupWord = Array("#!-agent startup".utf8)
    static let shutdownWord = Array("#!-agent shutdown ".utf8)
    static let requestWord = Array("#!-req ".utf8)

    /// Reads the body of a message.
    package init(_ body: ArraySlice<UInt8>) {
        guard body.starts(with: Self.controlMark) else {
            self = WireEvent(body).map(Self.event) ?? .unknown
            return
        }
        if body.starts(with: Self.startupWord) {
            self = .startup(version: Self.version(in: body.dropFirst(Self.startupWord.count)))
        } else if body.starts(with: Self.shutdownWord.dropLast()) {
            self = .shutdown
        } else if body.starts(with: Self.requestWord) {
            self = Self.response(body.dropFirst(Self.requestWord.count))
        } else {
            self = KeepAlive(body).map(Self.keepAlive) ?? .unknown
        }
    }

    /// As it travels.
    package var body: [UInt8] {
        switch self {
        case .startup(let version):
            guard let version else { return Self.startupWord + [UInt8(ascii: " ")] }
            var output = Self.startupWord
            output.append(literal: " {\"version\":")
            output.appendJSONString(version)
            return output + [UInt8(ascii: "}")]
        case .shutdown: return Self.shutdownWord
        case .keepAlive(let keepAlive): return keepAlive.body
        case .response(let number, let payload):
            return Self.requestWord + Array("\(number) ".utf8) + payload
        case .requestReceived(let number): return Self.requestWord + Array("\(number) ack".utf8)
        case .event(let event): return event.body
        case .unknown: return []
        }
    }

    private static func response(_ rest: ArraySlice<UInt8>) -> AgentMessage {
        let digits = rest.prefix(17).prefix { $0 != UInt8(ascii: " ") }
        guard (1...16).contains(digits.count), digits.endIndex < rest.endIndex else {
            return .unknown
        }
        let number = String(decoding: digits, as: UTF8.self)
        let payload = rest[(digits.endIndex + 1)...]
        if payload.elementsEqual("ack".utf8) { return .requestReceived(number: number) }
        return .response(number: number, payload: payload)
    }

    private struct Startup: Decodable {
        let version: String?
    }

    /// The version that `{"version":"v4.14.7"}` names; nil when nothing does.
    private static func version(in rest: ArraySlice<UInt8>) -> String? {
        let text = rest.drop { $0 == UInt8(ascii: " ") }
        guard text.first == UInt8(ascii: "{"), text.count <= 4_096 else { return nil }
        // Not an error: the JSON may be absent too.
        return (try? JSONDecoder().decode(Startup.self, from: Data(text)))?.version
    }
}
