/* The data dictionary of a model: what each sheet, column and KPI means, in words.
 *
 * One page that needs nothing else: no script, no address outside of it, no font. Whatever a model
 * says is text and nothing more, in HTML as in Markdown. Pure functions of the model. */
#ifndef GOLDLEAF_DICTIONARY_DICTIONARY_H
#define GOLDLEAF_DICTIONARY_DICTIONARY_H

#include "base/buf.h"
#include "model/model.h"

/* Well-formed as XML, too. Light or dark as the reader's system is. */
void dictionary_add_html(struct buf *out, const struct model *model);

/* CommonMark with tables; the picture is a Mermaid chart, which many viewers draw. */
void dictionary_add_markdown(struct buf *out, const struct model *model);

#endif
