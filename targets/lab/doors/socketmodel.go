package doors

import (
	"encoding/json"
	"maps"
	"slices"

	"tollgate/targets/jsonschema"
)

// Models are what a route of a WebSocket API checks of a message before it asks what is behind.
// A message that no model takes is answered with "Bad request body", and the connection stays.
// Source: API Gateway developer guide, "Request validation for WebSocket APIs": without a
// matching model, and without the model $default, the validation fails.
type Models struct {
	Selection string                     `json:"model_selection,omitempty"` // names the model, such as "$request.body.type"; default: the model $default takes every message
	Models    map[string]json.RawMessage `json:"models"`                    // JSON Schemas, draft 4 unless they say otherwise
}

func (m *Models) check(at string, p *problems) {
	if m == nil {
		return
	}
	_, fallback := m.Models[defaultRoute]
	switch {
	case len(m.Models) == 0:
		p.add("%s.models: there is none: no message could pass", at)
	case m.Selection == "" && !fallback:
		p.add(`%s.models: without model_selection all messages are checked by the model "$default", and there is none`, at)
	case m.Selection != "" && !bodyReference.MatchString(m.Selection):
		p.add(`%s.model_selection: %q must name a part of the message, such as "$request.body.type"`, at, m.Selection)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Models)) {
		if _, err := compileModel(m.Models[name]); err != nil {
			p.add("%s.models.%s: not a JSON Schema: %w", at, name, err)
		}
	}
}

// models are those of a route, ready to check messages.
type models struct {
	selects selection
	byName  map[string]*jsonschema.Schema
}

func newModels(config *Models) *models {
	if config == nil {
		return nil
	}
	m := &models{byName: map[string]*jsonschema.Schema{}}
	if config.Selection != "" {
		m.selects = newSelection(config.Selection)
	}
	for name, text := range config.Models {
		m.byName[name], _ = compileModel(text) // checked
	}
	return m
}

// take says whether a message may pass.
func (m *models) take(message []byte) bool {
	if m == nil {
		return true
	}
	model := m.byName[m.selects.key(message)]
	if model == nil {
		model = m.byName[defaultRoute]
	}
	if model == nil {
		return false
	}
	doc, err := jsonschema.Decode(message)
	return err == nil && model.Validate(doc) == nil
}

// needsMapping are the types of integrations that other APIs have, and a WebSocket API has
// with mapping templates alone. Source: API Gateway developer guide, "WebSocket API
// integration requests".
var needsMapping = []string{"lambda-custom", "queue", "dynamodb", "s3", "sns", "step-functions"}

// checkMapping refuses by name what would need mapping templates, which the lab does not run;
// false: there is nothing of the kind.
func (i *Integration) checkMapping(at string, p *problems) (refused bool) {
	if slices.Contains(needsMapping, i.Type) {
		p.add("%s.type: a WebSocket API calls %q by mapping templates, which are not run here: the lab has no VTL. It has lambda, http and mock; measure what the templates do at AWS", at, i.Type)
		return true
	}
	if len(i.RequestTemplates)+len(i.ResponseTemplates)+len(i.Templates) > 0 {
		p.add("%s: mapping templates are not run here: the lab has no VTL. Leave them out, and a message goes to the integration as it came; measure what the templates do at AWS", at)
		return true
	}
	return false
}
