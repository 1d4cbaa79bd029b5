// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import FoundationEssentials

/// What a manager says to its agent.
///
/// Source: around-the-engine.md §5.6.
package enum ManagerMessage: Sendable, Hashable {
    /// Startup or a keep-alive has arrived.
    case acknowledgement
    /// The agent may not talk to this manager.
    case refusal(reason: String)
    /// An active response: one JSON object.
    case activeResponse(ArraySlice<UInt8>)
    /// A shared file follows, of this MD5.
    case fileStart(digest: String, name: String)
    case fileEnd
    case request(number: String, target: String, payload: ArraySlice<UInt8>)
    /// The answer to a request over UDP has arrived.
    case answerReceived(number: String)
    /// The agent is to connect anew.
    case reconnect
    /// Control for a module, or control that we do not know.
    case other(ArraySlice<UInt8>)
    /// A piece of the file that is being pushed.
    case fileBytes(ArraySlice<UInt8>)

    static let acknowledgementWord = Array("#!-agent ack ".utf8)
    private static let refusalWord = Array("#!-err ".utf8)
    private static let activeResponseWord = Array("#!-execd ".utf8)
    private static let fileStartWord = Array("#!-up file ".utf8)
    private static let fileEndWord = Array("#!-close file ".utf8)
    private static let reconnectWord = Array("#!-force_reconnect".utf8)

    /// Reads the body of a message.
    package init(_ body: ArraySlice<UInt8>) {
        func rest(after word: [UInt8]) -> ArraySlice<UInt8>? {
            body.starts(with: word) ? body.dropFirst(word.count) : nil
        }
        if !body.starts(with: AgentMessage.controlMark) {
            self = .fileBytes(body)
        } else if rest(after: Self.acknowledgementWord.dropLast()) != nil {
            self = .acknowledgement
        } else if let json = rest(after: Self.refusalWord) {
            self = .refusal(reason: Self.reason(in: json))
        } else if let json = rest(after: Self.activeResponseWord) {
            self = .activeResponse(json)
        } else if let words = rest(after: Self.fileStartWord) {
            self = Self.fileStart(words) ?? .other(body)
        } else if rest(after: Self.fileEndWord.dropLast()) != nil {
            self = .fileEnd
        } else if let words = rest(after: AgentMessage.requestWord) {
            self = Self.request(words) ?? .other(body)
        } else if rest(after: Self.reconnectWord) != nil {
            self = .reconnect
        } else {
            self = .other(body)
        }
    }

    /// As it travels.
    package var body: [UInt8] {
        switch self {
        case .acknowledgement: return Self.acknowledgementWord
        case .refusal(let reason):
            var output = Self.refusalWord
            output.append(literal: "{\"message\":")
            output.appendJSONString(reason)
            return output + [UInt8(ascii: "}")]
        case .activeResponse(let json): return Self.activeResponseWord + json
        case .fileStart(let digest, let name):
            return Self.fileStartWord + Array("\(digest) \(name)\n".utf8)
        case .fileEnd: return Self.fileEndWord
        case .request(let number, let target, let payload):
            return AgentMessage.requestWord + Array("\(number) \(target) ".utf8) + payload
        case .answerReceived(let number):
            return AgentMessage.requestWord + Array("\(number) ack".utf8)
        case .reconnect: return Self.reconnectWord
        case .other(let body), .fileBytes(let body): return Array(body)
        }
    }

    private static func fileStart(_ rest: ArraySlice<UInt8>) -> ManagerMessage? {
        let line = rest.prefix { $0 != UInt8(ascii: "\n") }
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard words.count == 2, words[0].count == 32, words[1].count <= 255 else { return nil }
        return .fileStart(
            digest: String(decoding: words[0], as: UTF8.self),
            name: String(decoding: words[1], as: UTF8.self)
        )
    }

    private static func request(_ rest: ArraySlice<UInt8>) -> ManagerMessage? {
        let words = rest.split(
            separator: UInt8(ascii: " "),
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard words.count >= 2, (1...16).contains(words[0].count), words[1].count <= 64 else {
            return nil
        }
        if words.count == 2, words[1].elementsEqual("ack".utf8) {
            return .answerReceived(number: String(decoding: words[0], as: UTF8.self))
        }
        return .request(
            number: String(decoding: words[0], as: UTF8.self),
            target: String(decoding: words[1], as: UTF8.self),
            payload: words.count > 2 ? words[2] : []
        )
    }

    private struct Refusal: Decodable {
        let message: String?
    }

    /// The reason in `{"message":"…"}`, or the text as it is.
    private static func reason(in json: ArraySlice<UInt8>) -> String {
        let plain = String(decoding: json.prefix(1_024), as: UTF8.self)
        // Only to tell a person: the text is as good when it is no JSON.
        return (try? JSONDecoder().decode(Refusal.self, from: Data(json)))?.message ?? plain
    }
}
