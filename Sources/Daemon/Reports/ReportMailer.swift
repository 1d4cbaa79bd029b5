// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Collectors
import EventModel
import FoundationEssentials
import Outputs
import Synchronization

/// Mails reports when they are due; one that could not be sent is tried again each minute
/// until the next is due.
final class ReportMailer: Sendable {
    private static let pause = Duration.seconds(60)
    /// As many lines a table has.
    private static let rows = 10

    private struct Job: Sendable {
        let schedule: ReportSchedule
        let mail: ReportMail
        /// What tells it from the others.
        let name: String
    }

    private let jobs: Mutex<[Job]>
    private let surroundings: OutputSurroundings
    private let path: String
    private let data: DataFolder
    private let hostname: String
    private let index: any AlertIndex
    private let notice: @Sendable (OperatorNotice) -> Void

    init(
        _ configuration: AllInOne.Configuration,
        _ settings: OutputSettings,
        _ index: any AlertIndex,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        surroundings = OutputSurroundings(
            data: configuration.data,
            hostname: configuration.hostname,
            environment: configuration.environment
        ) { _, _, _ in }
        jobs = Mutex(Self.jobs(settings, surroundings))
        data = configuration.data
        path = configuration.data.reportsSent
        hostname = configuration.hostname
        self.index = index
        self.notice = notice
    }

    /// Takes over settings that were read again.
    func replace(_ settings: OutputSettings) {
        let new = Self.jobs(settings, surroundings)
        jobs.withLock { $0 = new }
    }

    private static func jobs(
        _ settings: OutputSettings,
        _ surroundings: OutputSurroundings
    ) -> [Job] {
        settings.reports.compactMap { schedule in
            settings.mail.settings(to: schedule.recipients).map { mail in
                Job(
                    schedule: schedule,
                    mail: ReportMail(mail, surroundings),
                    name: ([schedule.period.rawValue, "\(schedule.minute)"]
                        + schedule.recipients.sorted()).joined(separator: " ")
                )
            }
        }
    }

    /// Works until the task is cancelled.
    func run() async {
        var trouble = ""
        repeat {
            do {
                try await look()
                trouble = ""
            } catch {
                let text = "a report is not sent: \(error)"
                if text != trouble { notice(.output(text, true)) }
                trouble = text
            }
            // Cancellation ends the wait, and the loop with it.
        } while (try? await Task.sleep(for: Self.pause)) != nil
    }

    private func look() async throws {
        let jobs = jobs.withLock { $0 }
        guard !jobs.isEmpty else { return }
        var sent = try await stored()
        for job in jobs {
            let now = HostClock.now()
            let due = job.schedule.lastDue(at: now)
            let before = sent[job.name]
            guard before != due else { continue }
            // A new one begins with the next that is due.
            if before != nil { try await send(job, due, now) }
            sent[job.name] = due
            try await store(sent)
        }
    }

    private func send(_ job: Job, _ due: Int64, _ now: Timestamp) async throws {
        func moment(_ seconds: Int64) -> Timestamp {
            Timestamp(
                nanoseconds: seconds * 1_000_000_000,
                utcOffsetSeconds: now.utcOffsetSeconds
            )
        }
        var report = try await AlertReport(
            index,
            from: moment(due - job.schedule.period.seconds),
            to: moment(due),
            hostname: hostname
        )
        report.sections = try await sections()
        try await job.mail.send(
            subject: "Jaga on \(hostname): \(job.schedule.period.rawValue) report, "
                + report.summary,
            text: report.text,
            html: report.html,
            key: "report-\(job.schedule.period.rawValue)-\(due)-\(job.schedule.minute)"
        )
    }

    private func sections() async throws -> [ReportSection] {
        let box = Handback<[ReportSection]>()
        try await DedicatedThread.run("reports") { [data] in
            box.give(ReportSection.all(data, size: Self.rows))
        }
        return box.take() ?? []
    }

    private func stored() async throws -> [String: Int64] {
        let box = Handback<Result<[String: Int64], any Error>>()
        try await DedicatedThread.run("reports") { [path] in
            box.give(
                Result {
                    let bytes = try SlotFile(path: path).content ?? []
                    // One of another version is as none: reports begin with the next.
                    return (try? JSONDecoder().decode([String: Int64].self, from: Data(bytes)))
                        ?? [:]
                }
            )
        }
        return try box.take()?.get() ?? [:]
    }

    private func store(_ sent: [String: Int64]) async throws {
        let bytes = [UInt8](try JSONEncoder().encode(sent))
        let box = Handback<Result<Void, any Error>>()
        try await DedicatedThread.run("reports") { [path] in
            box.give(Result { try SlotFile(path: path).write(bytes, syncs: true) })
        }
        try box.take()?.get()
    }
}
