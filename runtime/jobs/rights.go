package jobs

// WorkerPublishes are the subjects that a worker has to be allowed to publish to, besides subscribing to
// _INBOX.>: it takes and acknowledges jobs, answers them, and reads and writes objects.
func WorkerPublishes() []string {
	subjects := []string{
		"$JS.API.INFO",
		"$JS.API.CONSUMER.INFO." + jobsStream + ".*",
		"$JS.API.CONSUMER.MSG.NEXT." + jobsStream + ".*",
		"$JS.ACK." + jobsStream + ".>",
		"$JS.API.STREAM.MSG.GET." + resultsStream,
		resultSubject("*", "*"),
		"$O." + dataBucket + ".>",
		"$JS.API.STREAM.PURGE.OBJ_" + dataBucket, // of its own object, if another worker was first
		"$JS.FC.OBJ_" + dataBucket + ".>",
		"$JS.FC.OBJ_" + keysBucket + ".>",
	}
	for _, stream := range []string{jobsStream, resultsStream, "OBJ_" + dataBucket, "OBJ_" + keysBucket} {
		subjects = append(subjects, "$JS.API.STREAM.INFO."+stream)
	}
	for _, bucket := range []string{"OBJ_" + dataBucket, "OBJ_" + keysBucket} {
		subjects = append(subjects, "$JS.API.CONSUMER.CREATE."+bucket+".>", "$JS.API.CONSUMER.DELETE."+bucket+".*", "$JS.API.STREAM.MSG.GET."+bucket)
	}
	return subjects
}
