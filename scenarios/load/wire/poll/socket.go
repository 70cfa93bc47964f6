//go:build linux

package poll

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Again is what Send and Recv return when they would have to wait.
const Again = unix.EAGAIN

// Dial begins to connect to an address, from another one unless that is zero, and
// returns the socket. It never waits: the socket becomes Writable when it is connected,
// or has failed.
func Dial(to netip.AddrPort, from netip.Addr) (fd int, err error) {
	family, address := sockaddr(to)
	return dial(family, address, func(fd int) error {
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil || !from.IsValid() {
			return err
		}
		// The port is chosen when the socket connects (ip(7)); kernels before 4.2 do not know that.
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
		_, local := sockaddr(netip.AddrPortFrom(from, 0))
		return unix.Bind(fd, local)
	})
}

// DialUnix connects to a unix socket; a path that begins with "@" names an abstract one.
// It returns Again where the socket's backlog is full.
func DialUnix(path string) (fd int, err error) {
	return dial(unix.AF_UNIX, &unix.SockaddrUnix{Name: path}, func(int) error { return nil })
}

func dial(family int, to unix.Sockaddr, prepare func(fd int) error) (fd int, err error) {
	fd, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if err = prepare(fd); err == nil {
		err = unix.Connect(fd, to)
	}
	if err != nil && err != unix.EINPROGRESS {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func sockaddr(a netip.AddrPort) (family int, s unix.Sockaddr) {
	if ip := a.Addr().Unmap(); ip.Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(a.Port()), Addr: ip.As4()}
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16(), ZoneId: zone(a.Addr())}
}

func zone(a netip.Addr) uint32 {
	var n uint32
	for _, c := range []byte(a.Zone()) {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + uint32(c-'0')
	}
	return n
}

// Failure returns why a socket failed to connect, 0 if it did not fail.
func Failure(fd int) unix.Errno {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return err.(unix.Errno)
	}
	return unix.Errno(n)
}

// Send writes as much of b as the socket takes.
func Send(fd int, b []byte) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

// Recv reads what has arrived into b; 0 bytes mean that the peer will send no
// more. The length of b must not be zero.
func Recv(fd int, b []byte) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

// Close ends a connection.
func Close(fd int) { _ = unix.Close(fd) }
