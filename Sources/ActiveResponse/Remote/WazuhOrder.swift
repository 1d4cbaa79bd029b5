// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import FoundationEssentials

/// An active response that a manager of Wazuh asks one of its agents for: what follows
/// `#!-execd `.
///
/// ```
/// {"version":1,"origin":{…},"command":"firewall-drop600",
///  "parameters":{"extra_args":["-x"],"alert":{…}}}
/// ```
/// Source: around-the-engine.md §6.2, §6.3.
package struct WazuhOrder: Sendable {
    /// The response's name in `ar.conf`; with `!` before it a program's.
    package let command: String
    /// What the manager's rule said.
    package let alert: ResponseAlert
    private let arguments: [String]

    /// Reads a message; nil for what is none, or has no alert.
    package init?(_ json: [UInt8]) {
        // What is damaged is passed over, as Wazuh's agents do.
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(json)),
            let parameters = RawObject(json[...])?["parameters"],
            let text = RawObject(parameters)?["alert"],
            // A string has no line's end in it: what there is only stands between values.
            let alert = ResponseAlert(
                json: text.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 },
                container: nil
            )
        else { return nil }
        command = body.command
        arguments = body.parameters.arguments ?? []
        self.alert = alert
    }

    /// The response that the name stands for in an `ar.conf`; nil when it has none.
    ///
    /// Where there is no program of that name, Jaga's own act does the same; see
    /// ``ResponseCommand/resolved(in:)``.
    package func response(in configuration: [UInt8], scripts: ScriptFolder) -> Response? {
        var entry = Self.entry(command, in: configuration)
        if entry == nil, command.hasPrefix("!") { entry = (String(command.dropFirst()), 0) }
        guard let (executable, seconds) = entry else { return nil }
        let suffix = String(seconds)
        let name = command.hasSuffix(suffix) ? String(command.dropLast(suffix.count)) : command
        var made = ResponseCommand(name: name, executable: executable)
        made.allowsTimeout = seconds > 0
        made.arguments = arguments
        var response = Response(command: made.resolved(in: scripts), places: [.server])
        response.timeoutSeconds = seconds
        return response
    }

    /// Program and seconds of a line `NAME - PROGRAM - SECONDS`.
    private static func entry(
        _ name: String,
        in configuration: [UInt8]
    ) -> (executable: String, seconds: Int)? {
        for line in configuration.split(separator: UInt8(ascii: "\n")) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            guard words.count == 5, words[1] == "-", words[3] == "-", words[0] == name,
                let seconds = Int(words[4]), (0...31_536_000).contains(seconds)
            else { continue }
            return (String(words[2]), seconds)
        }
        return nil
    }

    private struct Body: Decodable {
        let command: String
        let parameters: Parameters

        struct Parameters: Decodable {
            let arguments: [String]?

            enum CodingKeys: String, CodingKey {
                case arguments = "extra_args"
            }
        }
    }
}

/// The members of an object as they are written, of text that is known to be JSON.
private struct RawObject {
    private var members: [String: ArraySlice<UInt8>] = [:]

    /// Nil for what is no object.
    init?(_ text: ArraySlice<UInt8>) {
        guard let start = text.firstIndex(where: { $0 > 0x20 }), text[start] == UInt8(ascii: "{")
        else { return nil }
        var name: ArraySlice<UInt8>?
        var begin = start + 1
        var (depth, isInString, isEscaped) = (0, false, false)
        for index in begin..<text.endIndex {
            let byte = text[index]
            if isInString {
                if isEscaped || byte == UInt8(ascii: "\\") {
                    isEscaped.toggle()
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ":") where depth == 0 && name == nil:
                name = text[begin..<index]
                begin = index + 1
            case UInt8(ascii: ",") where depth == 0, UInt8(ascii: "}") where depth == 0:
                if let name { members[Self.plain(name)] = text[begin..<index] }
                name = nil
                begin = index + 1
                if byte == UInt8(ascii: "}") { return }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return nil
    }

    subscript(name: String) -> ArraySlice<UInt8>? { members[name] }

    /// A name without white space and quotes; those that are asked for have no escapes.
    private static func plain(_ name: ArraySlice<UInt8>) -> String {
        String(decoding: name.filter { $0 > 0x20 && $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }
}
