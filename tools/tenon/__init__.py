# SPDX-License-Identifier: Apache-2.0
"""The image builder of TenonOS: tools/tnimage is its command line."""
