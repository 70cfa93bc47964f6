package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/report"
	"tollgate/results/compare"
	"tollgate/results/history"
)

// The files of a site. Every address is relative, so that the site works in any folder
// of a server, and from a disk.
const (
	siteIndex     = "index.html"
	siteRuns      = "runs"
	siteScenarios = "scenarios"
	siteUp        = "../" + siteIndex     // from a page of a run or a scenario
	siteMark      = "Written by Tollgate" // in every page
)

// site writes the pages of runs that were named, or of all in a folder, and an overview.
func (r *reportFlags) site(c *cobra.Command, given []string) error {
	entries, err := r.siteEntries(c, given)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return fmt.Errorf("there is no run%s to write pages of in %s; name another folder with --runs", map[bool]string{true: " of " + r.scenario}[r.scenario != ""], cmp.Or(strings.Join(given, ", "), r.runs))
	}
	to, err := openSite(r.siteDir)
	if err != nil {
		return err
	}
	defer to.root.Close()
	book, err := books.Latest()
	if err != nil {
		return err
	}
	s := &report.Site{All: len(entries)}
	pages := map[string]string{} // by id
	for _, e := range entries[:min(len(entries), r.most(len(entries)))] {
		if err := c.Context().Err(); err != nil {
			return err
		}
		page := path.Join(siteRuns, siteFile(e.Run))
		if pages[e.Run] != "" {
			fmt.Fprintf(c.ErrOrStderr(), "warning: left out of the site: %s: another directory holds run %s\n", e.Dir, e.Run)
			continue
		}
		made, err := recordedReport([]string{e.Dir}, book)
		if err != nil {
			fmt.Fprintf(c.ErrOrStderr(), "warning: left out of the site: %v\n", err)
			continue
		}
		made.Overview = siteUp
		f, _ := report.FormatNamed("html")
		var b bytes.Buffer
		if err := errors.Join(f.Write(&b, made), to.replace(page, b.Bytes())); err != nil {
			return err
		}
		pages[e.Run] = page
		s.Runs = append(s.Runs, report.NewSiteRun(made, page))
	}
	if err := to.scenarios(s, entries, pages); err != nil {
		return err
	}
	var b bytes.Buffer
	err = errors.Join(report.WriteSite(&b, s), to.replace(".nojekyll", nil)) // GitHub Pages serves the files as they are
	if err == nil {
		err = to.replace(siteIndex, b.Bytes()) // the last, so that it leads to nothing that is not there
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %s, %s, %s written, %d unchanged\n", filepath.Join(r.siteDir, siteIndex), pricing.Counted(len(s.Runs), "run"), pricing.Counted(len(s.Scenarios), "scenario"), pricing.Counted(to.written, "file"), to.same)
	return err
}

// most is how many runs have pages.
func (r *reportFlags) most(all int) int {
	if r.newest == 0 {
		return all
	}
	return r.newest
}

// siteEntries are the runs of the site, newest first.
func (r *reportFlags) siteEntries(c *cobra.Command, given []string) (entries []history.Entry, err error) {
	if len(given) == 0 {
		err = withIndex(c, r.runs, func(x *history.Index) error {
			entries, err = x.Find(c.Context(), history.Filter{Scenario: r.scenario})
			return err
		})
		return entries, err
	}
	var errs []error
	for _, dir := range given {
		e, err := history.Read(dir)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if r.scenario == "" || e.Scenario == r.scenario {
			entries = append(entries, *e)
		}
	}
	slices.SortStableFunc(entries, func(a, b history.Entry) int { return b.Started.Compare(a.Started) })
	return entries, errors.Join(errs...)
}

// scenarios writes the trend of each scenario that has one.
func (f *siteFolder) scenarios(s *report.Site, entries []history.Entry, pages map[string]string) error {
	up := map[string]string{}
	for run, page := range pages {
		up[run] = "../" + page
	}
	of := map[string][]compare.RunValues{}
	for _, e := range entries {
		if of[e.Scenario] == nil {
			s.Scenarios = append(s.Scenarios, report.SiteScenario{Name: e.Scenario})
		}
		of[e.Scenario] = append(of[e.Scenario], e.RunValues)
	}
	for i := range s.Scenarios {
		sc := &s.Scenarios[i]
		runs := of[sc.Name]
		sc.Runs = len(runs)
		runs = runs[:min(len(runs), history.ForChangePoints)]
		slices.Reverse(runs) // oldest first
		tr, err := report.NewTrend(sc.Name, runs)
		if err != nil { // too few runs; the overview says so
			continue
		}
		tr.Linked(up, siteUp)
		sc.Trend, sc.Page = tr, path.Join(siteScenarios, siteFile(sc.Name))
		var b bytes.Buffer
		if err := errors.Join(report.WriteTrend(&b, tr), f.replace(sc.Page, b.Bytes())); err != nil {
			return err
		}
	}
	return nil
}

// Names that are files' names as they are. The others are cleaned, and end in a digest
// of the name, so that no two are the same, also where files' names have no case.
var (
	cleanName    = regexp.MustCompile(`^(?:[0-9]{8}T[0-9]{6}Z-)?[a-z0-9]+(?:-[a-z0-9]+)*$`)
	reservedName = regexp.MustCompile(`^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$`) // on Windows
	unclean      = regexp.MustCompile(`[^a-z0-9]+`)
)

// siteFile is the file of the page of a run or a scenario, whose name is anyone's.
func siteFile(name string) string {
	const longest = 100
	if len(name) <= longest && cleanName.MatchString(name) && !reservedName.MatchString(name) {
		return name + ".html"
	}
	sum := sha256.Sum256([]byte(name))
	clean := unclean.ReplaceAllString(strings.ToLower(name), "-")
	clean = strings.Trim(clean[:min(len(clean), longest)], "-")
	return strings.TrimPrefix(clean+"-", "-") + hex.EncodeToString(sum[:8]) + ".html"
}

// A siteFolder is the folder of a site. No link in it leads writes out of it.
type siteFolder struct {
	dir           string
	root          *os.Root
	written, same int
}

// openSite opens the folder of a site, and makes it where there is none. A folder whose
// index.html is from elsewhere is not one.
func openSite(dir string) (*siteFolder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("--site %s: %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("--site %s: %w", dir, err)
	}
	f := &siteFolder{dir: dir, root: root}
	old, err := root.ReadFile(siteIndex)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	case err == nil && !bytes.Contains(old, []byte(siteMark)):
		err = fmt.Errorf("it has an %s that Tollgate did not write; name a folder of its own", siteIndex)
	}
	for _, sub := range []string{siteRuns, siteScenarios} {
		if err == nil {
			err = root.MkdirAll(sub, 0o755)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--site %s: %w", dir, err), root.Close())
	}
	return f, nil
}

// replace writes a file as a whole: readers find the old page or the new. A file that
// would not change keeps its time.
func (f *siteFolder) replace(name string, data []byte) error {
	if info, err := f.root.Lstat(name); err == nil && info.Mode().IsRegular() {
		if old, err := f.root.ReadFile(name); err == nil && bytes.Equal(old, data) {
			f.same++
			return nil
		}
	}
	folder, base := path.Split(name)
	temporary := folder + "." + base + ".new"
	err := f.root.Remove(temporary) // of a process that was killed
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		err = f.writeNew(temporary, data)
	}
	if err == nil {
		err = f.root.Rename(temporary, name)
	}
	if err != nil {
		return fmt.Errorf("cannot write the page %s: %w", filepath.Join(f.dir, name), err)
	}
	f.written++
	return nil
}

// writeNew writes a file that does not exist.
func (f *siteFolder) writeNew(name string, data []byte) error {
	w, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	if err == nil {
		err = w.Sync()
	}
	if err = errors.Join(err, w.Close()); err != nil {
		_ = f.root.Remove(name)
	}
	return err
}
