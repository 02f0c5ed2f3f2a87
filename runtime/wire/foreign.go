package wire

import "fmt"

// ForeignError says that two things do not belong together: they were made for two plans, or belong to two
// key sets.
type ForeignError struct {
	Name      string // plural; "" for the file that is read
	Binding   Binding
	OtherName string // plural; "" for the plan that a file is read for
	Other     Binding
}

func (e *ForeignError) Error() string {
	switch {
	case e.Name == "":
		return fmt.Sprintf("was made for another plan: %s, expected %s", short(e.Binding.Plan), short(e.Other.Plan))
	case e.Binding.Plan != e.Other.Plan:
		return fmt.Sprintf("%s were made for plan %s, %s for plan %s", e.Name, short(e.Binding.Plan), e.OtherName, short(e.Other.Plan))
	}
	return fmt.Sprintf("%s belong to key set %s, %s to key set %s", e.Name, e.Binding.Key, e.OtherName, e.Other.Key)
}
