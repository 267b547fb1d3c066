package papers

// A RefusedError says in one sentence what is wrong with papers, an act or a
// draft, and what to do. The sentences are all here and quote nothing: they
// reach terminals and reports of trouble, which are shown to strangers.
type RefusedError string

func (e RefusedError) Error() string { return string(e) }

// The refusals that callers may want to tell apart.
const (
	// ErrManifest: the list of contents is not in its one spelling.
	ErrManifest = RefusedError("the list of contents of these papers is damaged; get the papers again")
	// ErrEntries: a file too many, or one that is missing.
	ErrEntries = RefusedError("these papers hold a file that does not belong in them, or lack one; get them again, and tell oversight if it stays so")
	// ErrSum: a paper is not the one that the list of contents names.
	ErrSum = RefusedError("a file in these papers is not the one that their list of contents names; get them again, and tell oversight if it stays so")
	// ErrOffice: the papers come from another office than the pinned one.
	ErrOffice = RefusedError("these papers are of another office, or of a log with another key, than this machine knows; compare the office file")
	// ErrKey: no wrap opens to the announced case key.
	ErrKey = RefusedError("none of your keys opens this case; check that the papers were made for you, and if they were, sign that they do not open: ombra-desk act unreadable --papers FILE")
	// ErrReceipts: a live receipt that the report and its filer do not vouch for.
	ErrReceipts = RefusedError("these papers name a receipt that the filer did not vouch for; do not answer, and tell oversight")
	// ErrWhom: an answer was asked for and the case has no live receipt.
	ErrWhom = RefusedError("this case has no live receipt, so nobody could read an answer; write a note instead")
	// ErrDo: an act that this version does not know.
	ErrDo = RefusedError("this kind of act is not known here; use one that ombra-desk lists under reply and act")
	// ErrDraft: a draft lacks what its act needs.
	ErrDraft = RefusedError("this act lacks words that it needs; write a text, and for closing also a disposition and lessons (or \"none, because …\")")
	// ErrDisposition: a case is closed in a way that is not known here.
	ErrDisposition = RefusedError("a case is closed with one of these dispositions: substantiated, partly, unsubstantiated, referred, out-of-mandate, question-answered, duplicate, no-answer or withdrawn")
	// ErrKeep: a dispute between two receipts is settled in a way that is not known.
	ErrKeep = RefusedError("say which receipt stays the filer's: former or newer")
	// ErrSince: the day of the last look is none.
	ErrSince = RefusedError("write the day on which you looked last as YYYY-MM-DD")
	// ErrUntil: a hold has no last day.
	ErrUntil = RefusedError("a hold needs its last day, written as YYYY-MM-DD")
	// ErrForm: a remedy of none of the five forms.
	ErrForm = RefusedError("a remedy has one of these forms: restitution, compensation, rehabilitation, satisfaction (an apology or public acknowledgement) or non-repetition")
	// ErrDue: a remedy without the day by which the next thing is promised.
	ErrDue = RefusedError("a remedy needs the day by which it is promised, as YYYY-MM-DD")
	// ErrRemedy: a number that no remedy of this case has.
	ErrRemedy = RefusedError("this case has no such remedy, or no room for another; its papers list them by number")
	// ErrRemedyState: an act that cannot follow where the remedy stands.
	ErrRemedyState = RefusedError("this cannot follow where the remedy stands; get fresh papers and look at its state")
	// ErrSecond: one ombudsman alone would end what the filer accepted.
	ErrSecond = RefusedError("you signed the last act on this remedy; what ends it without the filer's word is signed by another ombudsman of this case")
	// ErrEvidence: a delivery that nothing shows.
	ErrEvidence = RefusedError("a delivery needs evidence; attach at least one file that shows it")
	// ErrSigner: the key belongs to somebody else than the papers' reader.
	ErrSigner = RefusedError("this key is not the one of the ombudsman that the papers were made for; use your own key and papers")
	// ErrCarried: an act carries files in another way than its kind asks for.
	ErrCarried = RefusedError("this act does not carry exactly the files that it should; make it again with ombra-desk")
	// ErrChain: the newest case key is nobody's whom the case was given to.
	ErrChain = RefusedError("nothing shows that the newest case key was made by somebody who holds this case, so nothing is sealed to it; compare your colleagues' keys (ombra-desk office pin), open the papers again, and if they still warn tell oversight")
	// ErrReseal: nothing of that number was sealed on a device, or it does not open.
	ErrReseal = RefusedError("this paper was not sealed on the filer's device, or does not open here, so there is nothing to seal again; ombra-desk open shows the numbers")
	// ErrTo: a grant that names nobody.
	ErrTo = RefusedError("a grant names one of the roster: --to NAME")
	// ErrGrant: a grant to somebody who must not see the case.
	ErrGrant = RefusedError("the filer excluded this ombudsman, or they withdrew from the case: it cannot be granted to them")
	// ErrUnknown: a grant where a holder's key was never compared here.
	ErrUnknown = RefusedError("this machine does not know the key of everybody who would hold the case; pin the newest office file (ombra-desk office pin) and sign again")
	// ErrReadable: an act "unreadable" on papers that open.
	ErrReadable = RefusedError("your key opens the newest case key of these papers, so there is nothing to report")
	// ErrClosed: an act for an open case, on papers of a closed one.
	ErrClosed = RefusedError("the case is closed in these papers, and this act is for an open one; if the filer has appealed since, get fresh papers and open them")
	// ErrNotYours: no reply of the file opens with the receipt.
	ErrNotYours = RefusedError("nothing in this file opens with this receipt; take the receipt of this case, and if it is that, do not trust the office's server: turn to one of the bodies outside")
	// ErrReplies: a file of replies is not well formed.
	ErrReplies = RefusedError("this is not a file of replies; get the replies again with the lookup code")
)
