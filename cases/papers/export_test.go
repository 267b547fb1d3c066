package papers

// FromBundle is Open without the passphrase, which would take all of a fuzzer's
// time.
var FromBundle = fromBundle
