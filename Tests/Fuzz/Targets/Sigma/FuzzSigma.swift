// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
package import FuzzSupport
import Ruleset

/// What the rules of an input are tried on.
private enum Sample {
    static let lines = Array(
        """
        Feb  1 10:00:00 h sshd[1]: Failed password for root from 10.0.0.1 port 22
        a -enc b /bin/sh ../../etc/passwd
        """.utf8
    )
}

/// A file of Sigma rules: it loads, or all mistakes have a place.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput.bytes(start, count)
    let file = RulesetFile(path: "s.yml", bytes: bytes)
    let files = RulesetFiles(decoders: [], rules: [file], lists: [])
    let loading = RulesetLoader.load(files, settings: RulesetSettings())
    for fault in loading.diagnostics {
        precondition(fault.line >= 0 && fault.column >= 0 && fault.file == "s.yml")
    }
    if loading.ruleset == nil { precondition(!loading.diagnostics.isEmpty) }
    guard let ruleset = loading.ruleset, loading.counts.sigmaRules > 0 else { return 0 }
    var session = FuzzSession(FuzzEngine.make(ruleset))
    session.run(Sample.lines)
    return 0
}

@_cdecl("FuzzSigma_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
