// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import FoundationEssentials

/// Lines of Wazuh's contract with scripts.
///
/// Source: around-the-engine.md §6.3, §6.6.
enum ScriptMessage {
    enum Command: String, Sendable {
        case add, delete, `continue`, abort
    }

    /// `{"version":1,…}` with a line end.
    static func line(_ command: Command, _ order: ScriptOrder, node: String) -> [UInt8] {
        var output = [UInt8](#"{"version":1,"origin":{"name":"#.utf8)
        output.appendJSONString(node)
        output.append(text: #","module":"wazuh-execd"},"command":"#)
        output.appendJSONString(command.rawValue)
        output.append(text: #","parameters":{"extra_args":["#)
        for (number, argument) in order.arguments.enumerated() {
            if number > 0 { output.append(text: ",") }
            output.appendJSONString(argument)
        }
        output.append(text: #"],"alert":"#)
        // One object on one line already: it was a line of the record.
        output.append(text: order.alert)
        output.append(text: #","program":"#)
        output.appendJSONString(ScriptFolder.relative + "/" + order.executable)
        output.append(text: "}}\n")
        return output
    }

    /// The keys of a `check_keys`; nil for any other line.
    static func keys(_ line: [UInt8]) -> [String]? {
        // Scripts may print whatever they like: only this is an answer.
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(line)),
            answer.command == "check_keys"
        else { return nil }
        let keys = answer.parameters.keys
        return keys.reduce(0) { $0 + $1.utf8.count } <= 4_096 ? keys : nil
    }

    private struct Answer: Decodable {
        let command: String
        let parameters: Parameters

        struct Parameters: Decodable {
            let keys: [String]
        }
    }
}
