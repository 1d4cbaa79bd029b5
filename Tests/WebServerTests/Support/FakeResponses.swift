// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import WebServer

/// Responses that say what a test tells them to, and note what they were asked.
final class FakeResponses: Sendable {
    private let asked = Mutex<[ResponseSource.Order]>([])
    private let undone = Mutex<[String]>([])

    var orders: [ResponseSource.Order] { asked.withLock { $0 } }
    /// As `ID by WHO`.
    var undos: [String] { undone.withLock { $0 } }

    static func act(_ id: UInt64, _ state: String, ended: Int64? = nil) -> ResponseSource.Act {
        var act = ResponseSource.Act(
            target: .container(id: "c\(id)", name: "web\"<b>", image: "nginx", engine: "")
        )
        act.id = id
        act.state = state
        act.act = "docker-pause"
        act.begun = 1_000
        act.ended = ended
        act.canBeUndone = ended == nil
        return act
    }

    /// Every order ends so.
    func source(_ result: String = "done") -> ResponseSource {
        ResponseSource(
            overview: {
                var overview = ResponseSource.Overview()
                overview.isEnabled = true
                overview.configured = [ResponseSource.Configured()]
                overview.acts = [
                    Self.act(3, "standing"), Self.act(2, "undone", ended: 5),
                    Self.act(1, "begun"),
                ]
                return overview
            },
            perform: { order in
                self.asked.withLock { $0.append(order) }
                return .init(result: result, text: "the text", act: Self.act(4, "standing"))
            },
            undo: { id, who in
                guard id == 3 else { return nil }
                self.undone.withLock { $0.append("\(id) by \(who)") }
                return .init(result: "undone", text: "it runs again", act: nil)
            },
            trial: { json in
                [.init(result: "dry-run", text: String(decoding: json.prefix(1), as: UTF8.self))]
            }
        )
    }
}
