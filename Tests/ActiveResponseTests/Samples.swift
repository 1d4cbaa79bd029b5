// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import EventModel
import Foundation
import Patterns

/// Alerts, responses and acts that tests begin with.
enum Samples {
    static let id = String(repeating: "ab", count: 32)
    static let other = String(repeating: "cd", count: 32)
    static let second: Int64 = 1_000_000_000

    static func alert(
        rule: Int = 31103,
        level: Int = 7,
        source: String? = "198.51.100.7",
        user: String? = nil,
        groups: [String] = ["web", "attack"],
        container: ContainerIdentity? = Samples.container()
    ) -> ResponseAlert? {
        var data: [String] = []
        if let source { data.append("\"srcip\":\(Self.json(source))") }
        if let user { data.append("\"dstuser\":\(Self.json(user))") }
        let line = """
            {"rule":{"level":\(level),"description":"d","id":"\(rule)","groups":\(groups)},\
            "agent":{"id":"000","name":"h"},"id":"1.0","data":{\(data.joined(separator: ","))},\
            "location":"docker:web"}
            """
        return ResponseAlert(json: [UInt8](line.utf8), container: container)
    }

    static func container(
        id: String = Samples.id,
        name: String = "web",
        image: String = "nginx"
    ) -> ContainerIdentity {
        ContainerIdentity(id: id, name: name, image: image, imageID: "", labels: [:])
    }

    static func response(
        _ executable: String,
        rule: Int = 31103,
        seconds: Int = 600,
        mode: ResponseMode = .enforce,
        words: [String] = []
    ) -> Response {
        var command = ResponseCommand(name: executable, executable: executable)
        command.arguments = words
        command.allowsTimeout = true
        var response = Response(command: command, places: [.local])
        response.ruleIDs = [rule]
        response.timeoutSeconds = seconds
        response.mode = mode
        return response
    }

    static func state(_ responses: Response...) -> ResponseState {
        var settings = ResponseSettings()
        settings.responses = responses
        return ResponseState(settings, standing: [], nextID: 1)
    }

    /// As an alert at 5 ns leads to it, with an id and a time-out of its own.
    static func act(
        _ id: UInt64,
        executable: String = "docker-pause",
        words: [String] = [],
        until end: Int64? = nil
    ) throws -> PlannedAct {
        var state = state(response(executable, words: words))
        guard let alert = alert(),
            case .perform(var act)? = state.received(alert, at: 5).first
        else { throw NoAct() }
        act.id = id
        act.expiresAt = end
        return act
    }

    struct NoAct: Error {}

    static func json(_ text: String) -> String {
        var output: [UInt8] = []
        output.appendJSONString(text)
        return String(decoding: output, as: UTF8.self)
    }
}

/// A folder that goes with its value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/jaga-respond-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // Best effort: what stays in the system's temporary folder harms nobody.
        try? FileManager.default.removeItem(atPath: path)
    }
}
