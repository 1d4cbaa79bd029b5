// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Posture
import WebServer

extension PostureSource {
    /// What the server shows of the watch and of the benchmark.
    init(_ watch: EnginePosture, _ schedule: AuditSchedule) {
        self.init(
            overview: {
                try PostureJSON.encode(
                    PostureView(watch.board, schedule.history, failure: schedule.failure)
                )
            },
            container: { name in
                let entry = watch.board.entries.first { entry in
                    let facts = entry.container
                    return facts.id == name || facts.name == name
                        || (name.utf8.count >= 12 && facts.id.hasPrefix(name))
                }
                return try entry.map { try PostureJSON.encode(PostureView.Container($0)) }
            },
            audit: {
                let history = schedule.history
                return try history.last?.json(since: history.previous)
            },
            run: {
                do {
                    _ = try await schedule.audit()
                } catch {
                    throw Refusal("\(error)")
                }
            }
        )
    }
}
