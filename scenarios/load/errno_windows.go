package load

import "syscall"

// Winsock's numbers; package syscall invents its own for most of the names.
const (
	wsaEMFILE        syscall.Errno = 10024
	wsaEADDRINUSE    syscall.Errno = 10048
	wsaEADDRNOTAVAIL syscall.Errno = 10049
	wsaECONNABORTED  syscall.Errno = 10053
	wsaECONNRESET    syscall.Errno = 10054
	wsaENOBUFS       syscall.Errno = 10055
)

// OwnErrnos are the limits of the machine that sends: descriptors, ports, memory.
var OwnErrnos = []syscall.Errno{wsaEMFILE, wsaEADDRINUSE, wsaEADDRNOTAVAIL, wsaENOBUFS}

// endErrnos end a connection.
var endErrnos = []syscall.Errno{wsaECONNRESET, wsaECONNABORTED}
