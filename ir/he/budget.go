package he

import "fmt"

// Budgets of a circuit: the time and memory that checking it, or evaluating it in clear, may take. They are
// far above what models need; without them, a short text could ask for any amount.
const (
	maxWork = 1 << 31 // slots touched by all operations
	maxLive = 1 << 24 // slots of the values that are needed at one time
)

func (c *Circuit) verifyBudget() error {
	work, live, peak := 0, 0, 0
	last := c.LastUse()
	ends := make([]int, len(c.Values)+1)
	for _, v := range c.Values {
		live++
		ends[last[v.ID]]++
		if live > peak {
			peak = live
		}
		live -= ends[v.ID]
		work += v.Op.Meaning().passes()
		if work > maxWork/c.Slots {
			return fmt.Errorf("more than %d slots to go through", maxWork)
		}
	}
	if peak > maxLive/c.Slots {
		return fmt.Errorf("%d values of %d slots at one time", peak, c.Slots)
	}
	return nil
}
