package doctor

import (
	"context"
	"fmt"
	"time"

	"tollgate/targets/aws"
)

// noticeable is from which difference of clocks minutes of CloudWatch and of the run differ.
const noticeable = 30 * time.Second

func (x *Exam) clock(ctx context.Context, l *looking) {
	if len(x.endpoints()) == 0 {
		l.skip("nothing is signed for AWS, and no minutes are compared with CloudWatch's")
		return
	}
	const remedy = "set this machine's clock, and let NTP keep it (on Linux: timedatectl set-ntp true)"
	for _, at := range x.endpoints() {
		a := x.account(ctx, at)
		off := a.caller.Ahead
		text := fmt.Sprintf("this machine's clock is %v ahead of that of AWS", off)
		if off < 0 {
			text = fmt.Sprintf("this machine's clock is %v behind that of AWS", -off)
		}
		switch {
		case !a.caller.Clocked:
			l.unknown(name(at), "AWS did not answer with its time", "mend what is said of the AWS account")
		case off.Abs() >= aws.ClockSkew:
			l.problem(name(at), text+": signatures that are off by more than 5 minutes are refused", remedy)
		case off.Abs() >= noticeable:
			l.warn(name(at), text+": minutes of CloudWatch are others than those of the run", remedy)
		case at.Lab:
			l.ok(name(at), "within "+max(off.Abs(), time.Second).String()+" of this machine's")
		default:
			l.ok(name(at), "within "+max(off.Abs(), time.Second).String()+" of that of AWS")
		}
	}
}
