// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Glibc

/// Writes alerts and indexes them until it is killed, for the crash test:
/// `IndexWriter FOLDER FIRST`.
@main
struct IndexWriter {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 3, let first = Int(words[2]) else { exit(2) }
        let folder = words[1]
        var configuration = AlertIndexer.Configuration(
            record: folder + "/alerts",
            kind: .alerts,
            index: folder + "/index"
        )
        configuration.segmentRows = 64
        configuration.partitionRows = 256
        configuration.partitionDays = 100_000
        configuration.retention.maximumDays = 100_000
        let indexer = try AlertIndexer(configuration) { _ in
            // Nothing that an operator should read may happen here.
            exit(3)
        }
        var settings = AlertLog.Configuration(folder: folder + "/alerts")
        settings.maximumFileBytes = 20_000
        settings.syncsEachBatch = false
        let time = Timestamp(nanoseconds: 1_795_435_200_000_000_000)
        let log = try AlertLog(settings, at: time)
        var number = first
        while true {
            var batch = AlertBatch()
            for _ in 0...number % 9 {
                batch.bytes.append(
                    text: #"{"timestamp":"2026-11-23T12:00:00.000+0000","n":"\#(number)"}"#
                )
                batch.bytes.append(UInt8(ascii: "\n"))
                number += 1
            }
            try log.append(batch)
            try log.rotateIfNeeded(at: time)
            // One after the other, so that it is killed in any of the steps.
            try indexer.catchUp { _ in }
        }
    }
}
