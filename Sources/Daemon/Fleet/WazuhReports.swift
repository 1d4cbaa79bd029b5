// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Fleet
import WebServer

/// Joins Wazuh's agents to the command line: keeps how they stand, and does what it asks.
struct WazuhReports: Sendable {
    private static let interval = Duration.seconds(2)

    private let data: DataFolder
    private let board: AgentBoard
    private let notice: @Sendable (OperatorNotice) -> Void

    init(
        _ data: DataFolder,
        _ board: AgentBoard,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        self.data = data
        self.board = board
        self.notice = notice
    }

    /// Works until the task is cancelled; what fails is tried again and said once.
    func run() async {
        var kept: [AgentReport]?
        var said = ""
        while !Task.isCancelled {
            let reports = board.wazuhReports
            do {
                let requests = try await exchange(reports == kept ? nil : reports)
                kept = reports
                for request in requests { await answer(request) }
            } catch {
                if "\(error)" != said { notice(.maintenanceFailed("\(error)")) }
                said = "\(error)"
            }
            // Cancellation ends the wait, and the loop with it.
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// Writes what has changed, and takes what is asked.
    private func exchange(_ reports: [AgentReport]?) async throws -> [AgentRequest] {
        let folder = data.fleet
        let outcome = Handback<Result<[AgentRequest], any Error>>()
        try await DedicatedThread.run("agents") {
            outcome.give(
                Result {
                    try StateFile.makeFolder(folder)
                    if let reports { try WazuhReportFile(folder: folder).write(reports) }
                    return try AgentRequestFile(folder: folder).take()
                }
            )
        }
        return try outcome.take()?.get() ?? []
    }

    private func answer(_ request: AgentRequest) async {
        do {
            try await board.answer(request)
        } catch let refusal as AgentSource.Refusal {
            notice(.maintenanceFailed("agent \(request.agent): \(refusal.detail)"))
        } catch {
            notice(.maintenanceFailed("agent \(request.agent): \(error)"))
        }
    }
}
