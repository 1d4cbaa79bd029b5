// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import FoundationEssentials

/// Messages of Wazuh's contract with agents and scripts.
///
/// Source: around-the-engine.md §6.2, §6.3, §6.6.
enum ScriptMessage {
    enum Command: String, Sendable {
        case add, delete, `continue`, abort
    }

    /// Who speaks.
    struct Origin: Sendable {
        let node: String
        let module: String
    }

    /// A line for a script, with a line end.
    static func line(_ command: Command, _ order: ScriptOrder, node: String) -> [UInt8] {
        let origin = Origin(node: node, module: "wazuh-execd")
        let program = ScriptFolder.relative + "/" + order.executable
        return object(command.rawValue, order, from: origin, program: program)
            + [UInt8(ascii: "\n")]
    }

    /// `{"version":1,…}`; `program` is left out when nil.
    static func object(
        _ command: String,
        _ order: ScriptOrder,
        from origin: Origin,
        program: String?
    ) -> [UInt8] {
        var output = [UInt8](#"{"version":1,"origin":{"name":"#.utf8)
        output.appendJSONString(origin.node)
        output.append(text: #","module":"#)
        output.appendJSONString(origin.module)
        output.append(text: #"},"command":"#)
        output.appendJSONString(command)
        output.append(text: #","parameters":{"extra_args":["#)
        for (number, argument) in order.arguments.enumerated() {
            if number > 0 { output.append(text: ",") }
            output.appendJSONString(argument)
        }
        output.append(text: #"],"alert":"#)
        // One object on one line already: it was a line of the record.
        output.append(text: order.alert)
        if let program {
            output.append(text: #","program":"#)
            output.appendJSONString(program)
        }
        output.append(text: "}}")
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
